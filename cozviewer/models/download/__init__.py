"""Lists the models that can be downloaded, and downloads them."""

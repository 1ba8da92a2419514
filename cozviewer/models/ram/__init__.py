"""The prompter "tags": RAM, an image tagger, with the fine-tuning of DAPE."""

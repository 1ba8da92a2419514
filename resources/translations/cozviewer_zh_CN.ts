<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
    <context>
        <name>Compare</name>
        <message numerus="yes">
            <source>%n pane(s)</source>
            <translation>
                <numerusform>%n 个窗格</numerusform>
            </translation>
        </message>
        <message>
            <source>End Comparison</source>
            <translation>结束对比</translation>
        </message>
        <message>
            <source>End the comparison (C)</source>
            <translation>结束对比（C）</translation>
        </message>
        <message>
            <source>Save Ratings To (an Existing File Is Continued)</source>
            <translation>评分保存到（已有文件将续写）</translation>
        </message>
        <message>
            <source>Tables (*.csv)</source>
            <translation>表格 (*.csv)</translation>
        </message>
        <message>
            <source>Blind Test Results</source>
            <translation>盲测结果</translation>
        </message>
        <message numerus="yes">
            <source>{name}: preferred in {share} of %n rating(s) (95% confidence: {low} to {high})</source>
            <translation>
                <numerusform>{name}：在 %n 次评分中的胜出率为 {share}（95% 置信区间：{low} 至 {high}）</numerusform>
            </translation>
        </message>
        <message>
            <source>{text}, average rating {rating}</source>
            <translation>{text}，平均评分 {rating}</translation>
        </message>
        <message>
            <source>{text}.</source>
            <translation>{text}。</translation>
        </message>
        <message>
            <source>5 excellent</source>
            <translation>5 优秀</translation>
        </message>
        <message>
            <source>4 good</source>
            <translation>4 良好</translation>
        </message>
        <message>
            <source>3 fair</source>
            <translation>3 一般</translation>
        </message>
        <message>
            <source>2 poor</source>
            <translation>2 较差</translation>
        </message>
        <message>
            <source>1 bad</source>
            <translation>1 很差</translation>
        </message>
        <message>
            <source>A Is Better</source>
            <translation>A 更好</translation>
        </message>
        <message>
            <source>A</source>
            <translation>A</translation>
        </message>
        <message>
            <source>No Difference</source>
            <translation>无差别</translation>
        </message>
        <message>
            <source>Same</source>
            <translation>无差别</translation>
        </message>
        <message>
            <source>B Is Better</source>
            <translation>B 更好</translation>
        </message>
        <message>
            <source>B</source>
            <translation>B</translation>
        </message>
        <message>
            <source>Next Place</source>
            <translation>下一处</translation>
        </message>
        <message>
            <source>Jump to a random place at the same zoom</source>
            <translation>以相同放大倍率随机跳到另一处</translation>
        </message>
        <message>
            <source>Finish and Reveal</source>
            <translation>结束并揭晓</translation>
        </message>
        <message>
            <source>Show what A and B are, and the results (Esc)</source>
            <translation>揭晓 A、B 分别是什么，并显示结果（Esc）</translation>
        </message>
        <message>
            <source>Which is better?</source>
            <translation>哪个更好？</translation>
        </message>
        <message numerus="yes">
            <source>%n rated</source>
            <translation>
                <numerusform>已评 %n 次</numerusform>
            </translation>
        </message>
        <message>
            <source>{name}: no rating</source>
            <translation>{name}：未评分</translation>
        </message>
        <message>
            <source>Rating of {name}</source>
            <translation>{name} 的评分</translation>
        </message>
        <message>
            <source>best</source>
            <translation>最佳质量</translation>
        </message>
        <message>
            <source>paper</source>
            <translation>论文设置</translation>
        </message>
        <message>
            <source>crisp</source>
            <translation>边缘锐利</translation>
        </message>
        <message>
            <source>soft</source>
            <translation>边缘柔和</translation>
        </message>
        <message>
            <source>AI result</source>
            <translation>AI 结果</translation>
        </message>
        <message>
            <source>Original, enlarged (bicubic)</source>
            <translation>原图放大（双三次）</translation>
        </message>
        <message>
            <source>Original, enlarged (Lanczos)</source>
            <translation>原图放大（Lanczos）</translation>
        </message>
        <message>
            <source>Original, enlarged (nearest)</source>
            <translation>原图放大（最近邻）</translation>
        </message>
        <message>
            <source>Other settings</source>
            <translation>其他设置</translation>
        </message>
        <message>
            <source>Original</source>
            <translation>原图</translation>
        </message>
        <message>
            <source>{name}, generating…</source>
            <translation>{name}，正在生成…</translation>
        </message>
        <message>
            <source>Generated by {name}</source>
            <translation>由 {name} 生成</translation>
        </message>
        <message>
            <source>Enlarged by {name}</source>
            <translation>由 {name} 放大</translation>
        </message>
        <message>
            <source>seed {seed}</source>
            <translation>随机种子 {seed}</translation>
        </message>
        <message>
            <source>texture from the photo</source>
            <translation>取自照片的纹理</translation>
        </message>
        <message>
            <source>no added texture</source>
            <translation>不添加纹理</translation>
        </message>
        <message>
            <source>no prompt</source>
            <translation>无提示词</translation>
        </message>
        <message>
            <source>described by {model}</source>
            <translation>由 {model} 描述</translation>
        </message>
        <message>
            <source>auto-described with {adapter}</source>
            <translation>使用 {adapter} 自动描述</translation>
        </message>
        <message>
            <source>auto-described</source>
            <translation>自动描述</translation>
        </message>
        <message>
            <source>{description} and {prompt}</source>
            <translation>{description} + {prompt}</translation>
        </message>
        <message>
            <source>faithful</source>
            <translation>色彩忠实</translation>
        </message>
        <message>
            <source>creative</source>
            <translation>色彩创意</translation>
        </message>
        <message>
            <source>fidelity {value}</source>
            <translation>色彩保真度 {value}</translation>
        </message>
        <message>
            <source>Drag to compare; double-click to center; arrow keys move it</source>
            <translation>拖动以对比；双击居中；也可用方向键移动</translation>
        </message>
        <message>
            <source>Divider</source>
            <translation>分隔线</translation>
        </message>
        <message>
            <source>Choose what this pane shows</source>
            <translation>选择此窗格显示的内容</translation>
        </message>
        <message>
            <source>Pane: {label}</source>
            <translation>窗格：{label}</translation>
        </message>
        <message>
            <source>Add Pane</source>
            <translation>添加窗格</translation>
        </message>
        <message>
            <source>Close This Pane</source>
            <translation>关闭此窗格</translation>
        </message>
        <message>
            <source>Other Settings…</source>
            <translation>其他设置…</translation>
        </message>
        <message>
            <source>AI result (current settings)</source>
            <translation>AI 结果（当前设置）</translation>
        </message>
        <message>
            <source>Engine: {name}</source>
            <translation>引擎：{name}</translation>
        </message>
        <message>
            <source>The settings of this pane</source>
            <translation>此窗格的设置</translation>
        </message>
        <message>
            <source>Drag the divider · Double-click to center it</source>
            <translation>拖动分隔线 · 双击使其居中</translation>
        </message>
        <message>
            <source>Choose what a pane shows at its label</source>
            <translation>点击窗格标签选择显示内容</translation>
        </message>
        <message>
            <source>Hold B to see the other image</source>
            <translation>按住 B 查看另一幅图像</translation>
        </message>
        <message>
            <source>Move the pointer · [ and ] change the size of the loupe</source>
            <translation>移动指针 · 按 [ 和 ] 调整放大镜大小</translation>
        </message>
        <message>
            <source>Gray = identical · [ and ] change the gain</source>
            <translation>灰色表示相同 · 按 [ 和 ] 调整增益</translation>
        </message>
        <message>
            <source>Zoom in to compare: up to 100% all images are the original</source>
            <translation>放大后才能对比：100% 及以下各图像均为原图</translation>
        </message>
        <message>
            <source>Shows the AI result alone</source>
            <translation>只显示 AI 结果</translation>
        </message>
        <message>
            <source>Split view: drag the divider</source>
            <translation>分割对比：拖动分隔线</translation>
        </message>
        <message>
            <source>Side by side, synchronized</source>
            <translation>并排显示，同步缩放和移动</translation>
        </message>
        <message>
            <source>Up to four images, synchronized</source>
            <translation>最多四幅图像，同步缩放和移动</translation>
        </message>
        <message>
            <source>Hold B to switch to the other image</source>
            <translation>按住 B 切换到另一幅图像</translation>
        </message>
        <message>
            <source>Shows the other image inside a loupe</source>
            <translation>在放大镜内显示另一幅图像</translation>
        </message>
        <message>
            <source>Gray = identical. [ and ] change the gain.</source>
            <translation>灰色表示相同。按 [ 和 ] 调整增益。</translation>
        </message>
        <message>
            <source>&amp;Compare</source>
            <translation>对比(&amp;C)</translation>
        </message>
        <message>
            <source>&amp;Blind Test…</source>
            <translation>盲测(&amp;B)…</translation>
        </message>
        <message>
            <source>Rate both sides without knowing which is which; results go to a CSV file</source>
            <translation>在不知道两侧来源的情况下评分；结果保存到 CSV 文件</translation>
        </message>
        <message>
            <source>Mode</source>
            <translation>模式</translation>
        </message>
        <message>
            <source>Off</source>
            <translation>关闭</translation>
        </message>
        <message>
            <source>Base</source>
            <translation>基准</translation>
        </message>
        <message>
            <source>B&amp;ase Image</source>
            <translation>基准图像(&amp;A)</translation>
        </message>
        <message>
            <source>Compare With</source>
            <translation>对比对象</translation>
        </message>
        <message>
            <source>Other &amp;Settings…</source>
            <translation>其他设置(&amp;S)…</translation>
        </message>
        <message>
            <source>Compare with a different engine or different settings</source>
            <translation>与其他引擎或其他设置的结果对比</translation>
        </message>
        <message>
            <source>Larger Loupe</source>
            <translation>增大放大镜</translation>
        </message>
        <message>
            <source>Smaller Loupe</source>
            <translation>减小放大镜</translation>
        </message>
        <message>
            <source>Increase Difference Gain</source>
            <translation>提高差异增益</translation>
        </message>
        <message>
            <source>Decrease Difference Gain</source>
            <translation>降低差异增益</translation>
        </message>
        <message>
            <source>Split View</source>
            <translation>分割对比</translation>
        </message>
        <message>
            <source>Side by Side</source>
            <translation>并排</translation>
        </message>
        <message>
            <source>Grid</source>
            <translation>网格</translation>
        </message>
        <message>
            <source>Blink</source>
            <translation>闪烁对比</translation>
        </message>
        <message>
            <source>Loupe</source>
            <translation>放大镜</translation>
        </message>
        <message>
            <source>Difference</source>
            <translation>差异</translation>
        </message>
        <message>
            <source>{name}. The difference appears when both images are ready.</source>
            <translation>{name}。两幅图像都就绪后显示差异。</translation>
        </message>
        <message>
            <source>Difference (gain {gain}×): {first} − {second}</source>
            <translation>差异（增益 {gain}×）：{first} − {second}</translation>
        </message>
        <message>
            <source>{text} (incomplete: parts are only enlarged)</source>
            <translation>{text}（不完整：部分区域仅为简单放大）</translation>
        </message>
        <message>
            <source>These are the current settings. Change at least one.</source>
            <translation>与当前设置相同，请至少更改一项。</translation>
        </message>
        <message>
            <source>Compare with Other Settings</source>
            <translation>与其他设置对比</translation>
        </message>
        <message>
            <source>Compare</source>
            <translation>对比</translation>
        </message>
        <message>
            <source>Engine</source>
            <translation>引擎</translation>
        </message>
        <message>
            <source>Setting</source>
            <translation>设置</translation>
        </message>
        <message>
            <source>Fidelity</source>
            <translation>保真度</translation>
        </message>
        <message>
            <source>Edges</source>
            <translation>边缘</translation>
        </message>
        <message>
            <source>Texture</source>
            <translation>纹理</translation>
        </message>
        <message>
            <source>Seed</source>
            <translation>随机种子</translation>
        </message>
        <message>
            <source>{setting}: {meaning}</source>
            <translation>{setting}：{meaning}</translation>
        </message>
    </context>
    <context>
        <name>Engine</name>
        <message>
            <source>General-purpose AI upscaler, built in.</source>
            <translation>内置的通用 AI 放大模型。</translation>
        </message>
        <message>
            <source>Smooth enlargement without new detail.</source>
            <translation>平滑放大，不添加新细节。</translation>
        </message>
        <message>
            <source>Shows the photo's pixels as squares (nearest neighbour).</source>
            <translation>将照片像素显示为方块（最近邻）。</translation>
        </message>
        <message>
            <source>Creative AI zoom guided by text (needs 23 GB of models; use a GPU).</source>
            <translation>文字引导的创意 AI 放大（需要 23 GB 模型，建议使用 GPU）。</translation>
        </message>
        <message>
            <source>AI upscaler with adjustable detail (needs 5.3 GB of models; use a GPU with 6 GB).</source>
            <translation>细节可调的 AI 放大模型（需要 5.3 GB 模型，建议使用 6 GB 显存的 GPU）。</translation>
        </message>
        <message>
            <source>Bicubic</source>
            <translation>双三次</translation>
        </message>
        <message>
            <source>Nearest</source>
            <translation>最近邻</translation>
        </message>
        <message>
            <source>Draft network</source>
            <translation>预览稿模型</translation>
        </message>
        <message>
            <source>Best quality (seamless)</source>
            <translation>最佳质量（无接缝）</translation>
        </message>
        <message>
            <source>As in the paper (to reproduce its results)</source>
            <translation>与论文一致（用于复现论文结果）</translation>
        </message>
        <message>
            <source>Automatic</source>
            <translation>自动</translation>
        </message>
        <message>
            <source>Keep all models loaded (fastest)</source>
            <translation>所有模型常驻内存（最快）</translation>
        </message>
        <message>
            <source>Load one model at a time</source>
            <translation>每次只加载一个模型</translation>
        </message>
        <message>
            <source>Low memory, 8-bit (NVIDIA)</source>
            <translation>低内存，8 位（NVIDIA）</translation>
        </message>
        <message>
            <source>Lowest memory, 4-bit (NVIDIA)</source>
            <translation>最低内存，4 位（NVIDIA）</translation>
        </message>
        <message>
            <source>Stable Diffusion 3 (base model)</source>
            <translation>Stable Diffusion 3（基础模型）</translation>
        </message>
        <message>
            <source>model_20001.pkl (LoRA)</source>
            <translation>model_20001.pkl（LoRA）</translation>
        </message>
        <message>
            <source>vae_encoder_20001.pt (VAE encoder)</source>
            <translation>vae_encoder_20001.pt（VAE 编码器）</translation>
        </message>
        <message>
            <source>the vision model</source>
            <translation>视觉模型</translation>
        </message>
        <message>
            <source>the adapter of the vision model</source>
            <translation>视觉模型的适配器</translation>
        </message>
        <message>
            <source>ram_swin_large_14m.pth (tagger)</source>
            <translation>ram_swin_large_14m.pth（标签模型）</translation>
        </message>
        <message>
            <source>DAPE.pth (fine-tuning of the tagger)</source>
            <translation>DAPE.pth（标签模型的微调）</translation>
        </message>
        <message>
            <source>ram_tag_list.txt and ram_tag_list_threshold.txt</source>
            <translation>ram_tag_list.txt 和 ram_tag_list_threshold.txt</translation>
        </message>
        <message>
            <source>Stable Diffusion 2.1 (base model)</source>
            <translation>Stable Diffusion 2.1（基础模型）</translation>
        </message>
        <message>
            <source>pisa_sr.pkl (LoRA)</source>
            <translation>pisa_sr.pkl（LoRA）</translation>
        </message>
        <message>
            <source>Checkpoints</source>
            <translation>模型权重文件</translation>
        </message>
        <message>
            <source>All files</source>
            <translation>所有文件</translation>
        </message>
        <message>
            <source>Choose the Folder of Stable Diffusion 3</source>
            <translation>选择 Stable Diffusion 3 所在文件夹</translation>
        </message>
        <message>
            <source>Automatic (downloaded Stable Diffusion 3), or choose a folder</source>
            <translation>自动（已下载的 Stable Diffusion 3），或选择文件夹</translation>
        </message>
        <message>
            <source>Choose model_20001.pkl</source>
            <translation>选择 model_20001.pkl</translation>
        </message>
        <message>
            <source>Automatic, or choose model_20001.pkl</source>
            <translation>自动，或选择 model_20001.pkl</translation>
        </message>
        <message>
            <source>Choose vae_encoder_20001.pt</source>
            <translation>选择 vae_encoder_20001.pt</translation>
        </message>
        <message>
            <source>Automatic, or choose vae_encoder_20001.pt</source>
            <translation>自动，或选择 vae_encoder_20001.pt</translation>
        </message>
        <message>
            <source>Use the large text encoder (T5, 10 GB)</source>
            <translation>使用大型文本编码器（T5，10 GB）</translation>
        </message>
        <message>
            <source>Without it, long prompts are followed less closely</source>
            <translation>不启用时，对长提示词的遵循程度会降低</translation>
        </message>
        <message>
            <source>Use Chain-of-Zoom</source>
            <translation>使用 Chain-of-Zoom</translation>
        </message>
        <message>
            <source>Get Models…</source>
            <translation>获取模型…</translation>
        </message>
        <message>
            <source>Download or check models</source>
            <translation>下载或检查模型</translation>
        </message>
        <message>
            <source>Image Model</source>
            <translation>图像模型</translation>
        </message>
        <message>
            <source>Base model</source>
            <translation>基础模型</translation>
        </message>
        <message>
            <source>LoRA weights</source>
            <translation>LoRA 权重</translation>
        </message>
        <message>
            <source>VAE encoder</source>
            <translation>VAE 编码器</translation>
        </message>
        <message>
            <source>Quality</source>
            <translation>质量</translation>
        </message>
        <message>
            <source>Memory</source>
            <translation>内存</translation>
        </message>
        <message>
            <source>Prompts</source>
            <translation>提示词</translation>
        </message>
        <message>
            <source>Not found: {file}. Choose it above, or click Get Models… to download it.</source>
            <translation>未找到：{file}。请在上方选择，或点击“获取模型…”下载。</translation>
        </message>
        <message>
            <source>{files} and {last}</source>
            <translation>{files} 和 {last}</translation>
        </message>
        <message>
            <source>, </source>
            <comment>between file names</comment>
            <translation>、</translation>
        </message>
        <message>
            <source>Not found: {files}. Choose them above, or click Get Models… to download them.</source>
            <translation>未找到：{files}。请在上方选择，或点击“获取模型…”下载。</translation>
        </message>
        <message>
            <source>&amp;Faithful</source>
            <translation>忠实(&amp;F)</translation>
        </message>
        <message>
            <source>Colours always match the photo</source>
            <translation>颜色始终与照片一致</translation>
        </message>
        <message>
            <source>&amp;Balanced</source>
            <translation>平衡(&amp;B)</translation>
        </message>
        <message>
            <source>Colours may shift slightly</source>
            <translation>颜色可能略有偏差</translation>
        </message>
        <message>
            <source>&amp;Creative</source>
            <translation>创意(&amp;C)</translation>
        </message>
        <message>
            <source>Unmodified model output; colours may drift from level to level</source>
            <translation>直接使用模型输出；颜色可能逐级偏移</translation>
        </message>
        <message>
            <source>&amp;Crisp</source>
            <translation>锐利(&amp;C)</translation>
        </message>
        <message>
            <source>Crisp edges from ×16 on (recommended)</source>
            <translation>从 ×16 起边缘锐利（推荐）</translation>
        </message>
        <message>
            <source>&amp;Soft</source>
            <translation>柔和(&amp;S)</translation>
        </message>
        <message>
            <source>Soft edges, up to 20% faster</source>
            <translation>边缘柔和，最多可快 20%</translation>
        </message>
        <message>
            <source>From the &amp;photo</source>
            <translation>取自照片(&amp;P)</translation>
        </message>
        <message>
            <source>From ×16 on, missing texture is taken from elsewhere in the photo</source>
            <translation>从 ×16 起，缺失的纹理取自照片的其他部分</translation>
        </message>
        <message>
            <source>&amp;Off</source>
            <translation>关闭(&amp;O)</translation>
        </message>
        <message>
            <source>Unmodified model output</source>
            <translation>直接使用模型输出</translation>
        </message>
        <message>
            <source>En&amp;gine</source>
            <translation>引擎(&amp;G)</translation>
        </message>
        <message>
            <source>&amp;Model File…</source>
            <translation>模型文件(&amp;M)…</translation>
        </message>
        <message>
            <source>Load a 4× upscaling model (.safetensors, .pth): ESRGAN, SwinIR, HAT, DAT…</source>
            <translation>加载 4× 放大模型（.safetensors、.pth）：ESRGAN、SwinIR、HAT、DAT…</translation>
        </message>
        <message>
            <source>Colour &amp;Fidelity</source>
            <translation>色彩保真度(&amp;F)</translation>
        </message>
        <message>
            <source>Edge &amp;Sharpening</source>
            <translation>边缘锐化(&amp;S)</translation>
        </message>
        <message>
            <source>&amp;Texture at Depth</source>
            <translation>深层纹理(&amp;T)</translation>
        </message>
        <message>
            <source>Show D&amp;rafts</source>
            <translation>显示预览稿(&amp;R)</translation>
        </message>
        <message>
            <source>Show the result of a small, fast model until the engine has generated the detail</source>
            <translation>在引擎生成细节之前，先显示快速小模型的结果</translation>
        </message>
        <message>
            <source>Generate Ahead &amp;When Idle</source>
            <translation>空闲时预先生成(&amp;W)</translation>
        </message>
        <message>
            <source>While you pause, generate the detail that you are likely to zoom or pan to next (not on battery)</source>
            <translation>停止操作时，预先生成接下来可能缩放或平移到的细节（使用电池时除外）</translation>
        </message>
        <message>
            <source>Manage M&amp;odels…</source>
            <translation>管理模型(&amp;O)…</translation>
        </message>
        <message>
            <source>&amp;Model File ({name})…</source>
            <translation>模型文件（{name}）(&amp;M)…</translation>
        </message>
        <message>
            <source>4× models</source>
            <translation>4× 模型</translation>
        </message>
        <message>
            <source>Choose a 4× Model</source>
            <translation>选择 4× 模型</translation>
        </message>
        <message>
            <source>&amp;Automatic</source>
            <translation>自动(&amp;A)</translation>
        </message>
        <message>
            <source>The fastest on this computer; measured once</source>
            <translation>本机上最快的格式，只需测试一次</translation>
        </message>
        <message>
            <source>32-bit float (&amp;fp32)</source>
            <translation>32 位浮点（&amp;fp32）</translation>
        </message>
        <message>
            <source>Most exact</source>
            <translation>最精确</translation>
        </message>
        <message>
            <source>16-bit float (&amp;bf16)</source>
            <translation>16 位浮点（&amp;bf16）</translation>
        </message>
        <message>
            <source>Half the memory; differs by about half a grey level</source>
            <translation>内存占用减半；误差约半个灰度级</translation>
        </message>
        <message>
            <source>8-bit integer (&amp;int8)</source>
            <translation>8 位整数（&amp;int8）</translation>
        </message>
        <message>
            <source>Real-ESRGAN only; differs by about one grey level</source>
            <translation>仅限 Real-ESRGAN；误差约一个灰度级</translation>
        </message>
        <message>
            <source>&amp;Device</source>
            <translation>设备(&amp;D)</translation>
        </message>
        <message>
            <source>&amp;Precision</source>
            <translation>精度(&amp;P)</translation>
        </message>
        <message>
            <source>&amp;Automatic ({format})</source>
            <translation>自动（{format}）(&amp;A)</translation>
        </message>
        <message>
            <source>&amp;Image Type</source>
            <translation>图像类型(&amp;P)</translation>
        </message>
        <message>
            <source>No borrowed texture, full fidelity, not for diagnosis</source>
            <translation>不借用纹理，色彩完全忠实，不可用于诊断</translation>
        </message>
        <message>
            <source>&amp;Automatic ({type})</source>
            <translation>自动（{type}）(&amp;A)</translation>
        </message>
        <message>
            <source>Choose the Folder of Stable Diffusion 2.1</source>
            <translation>选择 Stable Diffusion 2.1 所在文件夹</translation>
        </message>
        <message>
            <source>Automatic (downloaded Stable Diffusion 2.1), or choose a folder</source>
            <translation>自动（已下载的 Stable Diffusion 2.1），或选择文件夹</translation>
        </message>
        <message>
            <source>Choose pisa_sr.pkl</source>
            <translation>选择 pisa_sr.pkl</translation>
        </message>
        <message>
            <source>Automatic, or choose pisa_sr.pkl</source>
            <translation>自动，或选择 pisa_sr.pkl</translation>
        </message>
        <message>
            <source>How strongly noise, blur and compression are removed</source>
            <translation>去除噪点、模糊和压缩痕迹的强度</translation>
        </message>
        <message>
            <source>How much detail is generated. Where the two strengths differ, it takes twice as long</source>
            <translation>生成细节的多少。两个强度不同时，耗时加倍</translation>
        </message>
        <message>
            <source>Use PiSA-SR</source>
            <translation>使用 PiSA-SR</translation>
        </message>
        <message>
            <source>Strength</source>
            <translation>强度</translation>
        </message>
        <message>
            <source>Cleaning (pixels)</source>
            <translation>清理（像素）</translation>
        </message>
        <message>
            <source>Detail (semantic)</source>
            <translation>细节（语义）</translation>
        </message>
    </context>
    <context>
        <name>Error</name>
        <message>
            <source>Tiles of this photo that an earlier version drew are not used any more. They are removed when the cache needs space, or by `cozviewer cache clear`.</source>
            <translation>旧版本为这张照片生成的图块已不再使用。缓存空间不足时会自动删除，也可用 `cozviewer cache clear` 清除。</translation>
        </message>
        <message>
            <source>This session was made with prompts from a server, and you have not set one, so new tiles are drawn without a prompt: set a server under Engine, Chain-of-Zoom…, or with --server and --server-model.</source>
            <translation>此会话使用了服务器提供的提示词，而你尚未设置服务器，因此新图块不使用提示词：请在“引擎 &gt; Chain-of-Zoom…”中设置服务器，或使用 --server 和 --server-model。</translation>
        </message>
        <message>
            <source>Its files here are not the ones that it was made with.</source>
            <translation>本机的模型文件与生成该会话时所用的不一致。</translation>
        </message>
        <message>
            <source>1 tile is broken in {name}; all the rest is here.</source>
            <translation>{name} 中有 1 个图块损坏，其余内容完好。</translation>
        </message>
        <message>
            <source>{count} tiles are broken in {name}; all the rest is here.</source>
            <translation>{name} 中有 {count} 个图块损坏，其余内容完好。</translation>
        </message>
        <message>
            <source>Tile {key} vanished while a draft was made: move the view to try again.</source>
            <translation>生成预览稿时图块 {key} 丢失：请移动视图重试。</translation>
        </message>
        <message>
            <source>The ratings {path} cannot be read ({reason}): choose another file.</source>
            <translation>无法读取评分文件 {path}（{reason}）：请选择其他文件。</translation>
        </message>
        <message>
            <source>{path} does not contain ratings of comparisons: choose another file.</source>
            <translation>{path} 中没有对比评分：请选择其他文件。</translation>
        </message>
        <message>
            <source>Start and end of the movie are the same: choose another view for one of them.</source>
            <translation>视频的起点和终点相同：请为其中一个选择其他视图。</translation>
        </message>
        <message>
            <source>{name} has no ending: use one of {known}.</source>
            <translation>{name} 没有扩展名：请使用 {known} 之一。</translation>
        </message>
        <message>
            <source>{name} has an unknown ending: use one of {known}.</source>
            <translation>{name} 的扩展名无法识别：请使用 {known} 之一。</translation>
        </message>
        <message>
            <source>Unknown format {name}: choose one of {known}.</source>
            <translation>未知格式 {name}：请选择 {known} 之一。</translation>
        </message>
        <message>
            <source>{name} does not end with {ending}: remove --format or the ending.</source>
            <translation>{name} 的扩展名不是 {ending}：请去掉 --format 或该扩展名。</translation>
        </message>
        <message>
            <source>Deep Zoom and images this large are not available in this installation: choose another format or a smaller area.</source>
            <translation>当前安装的版本不支持 Deep Zoom 和这么大的图片：请选择其他格式或更小的区域。</translation>
        </message>
        <message>
            <source>{name} will take about {needed}, and {free} are free in {folder}: choose another folder, or a smaller or shorter movie.</source>
            <translation>{name} 约需 {needed} 空间，而 {folder} 仅剩 {free}：请选择其他文件夹，或缩小视频尺寸、缩短时长。</translation>
        </message>
        <message>
            <source>{name} has no ending: use one of .mp4, .webp, .gif.</source>
            <translation>{name} 没有扩展名：请使用 .mp4、.webp 或 .gif。</translation>
        </message>
        <message>
            <source>{name} cannot be a movie: use one of .mp4, .webp, .gif.</source>
            <translation>{name} 无法保存为视频：请使用 .mp4、.webp 或 .gif。</translation>
        </message>
        <message>
            <source>{width} x {height} pixels do not fit into {format}, which is limited to {widest} x {tallest}: choose a smaller size, or another format.</source>
            <translation>{width} × {height} 像素超出了 {format} 的上限 {widest} × {tallest}：请选择更小的尺寸或其他格式。</translation>
        </message>
        <message>
            <source>{width} x {height} pixels are too few for {format}, which needs {least} a side: choose a larger size, or another format.</source>
            <translation>{width} × {height} 像素对 {format} 来说太小，每边至少需要 {least} 像素：请选择更大的尺寸或其他格式。</translation>
        </message>
        <message>
            <source>{format} needs even width and height: choose {even}.</source>
            <translation>{format} 要求宽度和高度均为偶数：请选择 {even}。</translation>
        </message>
        <message>
            <source>{rate} frames per second are too many for {format}: choose at most {fastest}, or another format.</source>
            <translation>每秒 {rate} 帧超出了 {format} 的上限：请选择不超过 {fastest} 的帧率或其他格式。</translation>
        </message>
        <message>
            <source>The quality is {quality}: choose one from 1 to 100.</source>
            <translation>质量值 {quality} 无效：请选择 1 到 100 之间的值。</translation>
        </message>
        <message>
            <source>MP4 is not available in this installation: choose .webp or .gif.</source>
            <translation>当前安装的版本不支持 MP4：请选择 .webp 或 .gif。</translation>
        </message>
        <message>
            <source>The area is empty ({width} x {height} pixels): choose another one.</source>
            <translation>区域为空（{width} × {height} 像素）：请选择其他区域。</translation>
        </message>
        <message>
            <source>{width} x {height} pixels do not fit into {format}, which is limited to {longest} a side: choose a smaller area, or another format (TIFF or PNG).</source>
            <translation>{width} × {height} 像素超出了 {format} 每边 {longest} 像素的上限：请选择更小的区域或其他格式（TIFF 或 PNG）。</translation>
        </message>
        <message>
            <source>{width} x {height} pixels are too large to be saved as {format}: choose a smaller area, or another format (TIFF or PNG).</source>
            <translation>{width} × {height} 像素太大，无法保存为 {format}：请选择更小的区域或其他格式（TIFF 或 PNG）。</translation>
        </message>
        <message>
            <source>{name} will take about {needed}, and {free} are free in {folder}: choose another folder, or a smaller area.</source>
            <translation>{name} 约需 {needed} 空间，而 {folder} 仅剩 {free}：请选择其他文件夹或更小的区域。</translation>
        </message>
        <message>
            <source>{path} is a folder: enter the name of a file.</source>
            <translation>{path} 是文件夹：请输入文件名。</translation>
        </message>
        <message>
            <source>The folder {folder} does not exist: create it, or choose another one.</source>
            <translation>文件夹 {folder} 不存在：请创建该文件夹或选择其他文件夹。</translation>
        </message>
        <message>
            <source>The folder {folder} is not writable: choose another one.</source>
            <translation>文件夹 {folder} 不可写入：请选择其他文件夹。</translation>
        </message>
        <message>
            <source>{name} is write-protected: choose another name.</source>
            <translation>{name} 有写保护：请换一个名称。</translation>
        </message>
        <message>
            <source>Saving the image was stopped.</source>
            <translation>已停止保存图片。</translation>
        </message>
        <message>
            <source>the disk is full: free some space, or choose another folder</source>
            <translation>磁盘已满，请释放空间或选择其他文件夹</translation>
        </message>
        <message>
            <source>your share of the disk is used up: free some space, or choose another folder</source>
            <translation>磁盘配额已用完，请释放空间或选择其他文件夹</translation>
        </message>
        <message>
            <source>the disk cannot hold files this large: choose another one</source>
            <translation>该磁盘无法存放这么大的文件，请选择其他磁盘</translation>
        </message>
        <message>
            <source>the disk is read-only: choose another folder</source>
            <translation>磁盘为只读，请选择其他文件夹</translation>
        </message>
        <message>
            <source>you have no permission: choose another folder</source>
            <translation>没有权限，请选择其他文件夹</translation>
        </message>
        <message>
            <source>its folder is gone: choose another one</source>
            <translation>所在文件夹已不存在，请选择其他文件夹</translation>
        </message>
        <message>
            <source>{name} was not saved: there is not enough memory; choose a smaller part.</source>
            <translation>{name} 未保存：内存不足，请选择更小的部分。</translation>
        </message>
        <message>
            <source>{name} was not saved: {reason}.</source>
            <translation>{name} 未保存：{reason}。</translation>
        </message>
        <message>
            <source>{error}; try another folder</source>
            <translation>{error}，请尝试其他文件夹</translation>
        </message>
        <message>
            <source>Content Credentials are not available in this installation.</source>
            <translation>当前安装的版本不支持内容凭据（Content Credentials）。</translation>
        </message>
        <message>
            <source>{name} cannot be signed: choose PNG, JPEG, WebP, AVIF or TIFF, or export without Content Credentials.</source>
            <translation>无法为 {name} 签名：请选择 PNG、JPEG、WebP、AVIF 或 TIFF，或者导出时不附加内容凭据。</translation>
        </message>
        <message>
            <source>Signing with {certificate} and {key} failed ({reason}): choose a certificate chain and its private key as PEM files.</source>
            <translation>使用 {certificate} 和 {key} 签名失败（{reason}）：请选择 PEM 格式的证书链及其私钥文件。</translation>
        </message>
        <message>
            <source>{name} was saved, but not signed ({reason}): try again, or export without Content Credentials.</source>
            <translation>{name} 已保存，但未签名（{reason}）：请重试，或者导出时不附加内容凭据。</translation>
        </message>
        <message>
            <source>{path} would replace {what} ({name}): choose another name.</source>
            <translation>保存为 {path} 会替换{what}（{name}）：请换一个名称。</translation>
        </message>
        <message>
            <source>the photo itself</source>
            <translation>照片本身</translation>
        </message>
        <message>
            <source>the session itself</source>
            <translation>会话本身</translation>
        </message>
        <message>
            <source>{name} stores its tiles in {folder}, which exists and contains other files: choose another name.</source>
            <translation>{name} 的图块需存入 {folder}，但该文件夹已存在且含有其他文件：请换一个名称。</translation>
        </message>
        <message>
            <source>{name} exists: choose another name.</source>
            <translation>{name} 已存在：请换一个名称。</translation>
        </message>
        <message>
            <source>The scale is {scale}: choose a whole number from 2 to {largest}.</source>
            <translation>放大倍数 {scale} 无效：请选择 2 到 {largest} 之间的整数。</translation>
        </message>
        <message>
            <source>Photos cannot be upscaled to {format}: choose one of {known}.</source>
            <translation>照片放大后无法保存为 {format}：请选择 {known} 之一。</translation>
        </message>
        <message>
            <source>The folder {folder} cannot be created ({reason}): choose another one.</source>
            <translation>无法创建文件夹 {folder}（{reason}）：请选择其他文件夹。</translation>
        </message>
        <message>
            <source>There is no photo to be upscaled in {folder}.</source>
            <translation>{folder} 中没有可放大的照片。</translation>
        </message>
        <message>
            <source>The folder {folder} cannot be read ({reason}).</source>
            <translation>无法读取文件夹 {folder}（{reason}）。</translation>
        </message>
        <message>
            <source>{name} is {width} pixels wide, which is too much to be read: open a narrower version of it.</source>
            <translation>{name} 宽 {width} 像素，超出可读取的上限：请打开宽度更小的版本。</translation>
        </message>
        <message>
            <source>JPEG, PNG, WebP, TIFF, BMP, GIF, AVIF or HEIC</source>
            <translation>JPEG、PNG、WebP、TIFF、BMP、GIF、AVIF 或 HEIC</translation>
        </message>
        <message>
            <source>{name} is a {kind} file, which this bundle does not read: use the full bundle, or install cozviewer by pip.</source>
            <translation>{name} 是 {kind} 文件，此程序包不能读取：请使用完整版程序包，或用 pip 安装 cozviewer。</translation>
        </message>
        <message>
            <source>{name} is a {kind} file, which needs the package {package} (pip install cozviewer[{extra}]).</source>
            <translation>{name} 是 {kind} 文件，需要安装 {package}（pip install cozviewer[{extra}]）。</translation>
        </message>
        <message>
            <source>{name} is not an image that can be opened: choose a {readable} file.</source>
            <translation>{name} 不是可打开的图片：请选择 {readable} 文件。</translation>
        </message>
        <message>
            <source>{name} is {height} pixels high, which is too much to be read: open a lower version of it.</source>
            <translation>{name} 高 {height} 像素，超出可读取的上限：请打开高度更小的版本。</translation>
        </message>
        <message>
            <source>{width} x {height} pixels ({megapixels:.0f} megapixels)</source>
            <translation>{width} × {height} 像素（{megapixels:.0f} 百万像素）</translation>
        </message>
        <message>
            <source>{name} claims {size} and will take about {needed} of memory to open: confirm that you want it (--allow-huge on the command line).</source>
            <translation>{name} 声明的尺寸为 {size}，打开约需 {needed} 内存：请确认是否打开（命令行请加 --allow-huge）。</translation>
        </message>
        <message>
            <source>{name} has {size} and needs about {needed} of memory to open, of which {free} are free: close other programs, or open a smaller version of it.</source>
            <translation>{name} 的尺寸为 {size}，打开约需 {needed} 内存，目前仅剩 {free}：请关闭其他程序，或打开较小的版本。</translation>
        </message>
        <message>
            <source>With libvips it would need little memory: run `pip install 'cozviewer[huge]'`.</source>
            <translation>使用 libvips 只需少量内存：请运行 `pip install 'cozviewer[huge]'`。</translation>
        </message>
        <message>
            <source>This is an HDR image ({kind}); its highlights are compressed to the range of an ordinary display (BT.2390).</source>
            <translation>这是 HDR 图片（{kind}），高光已压缩到普通显示器的范围（BT.2390）。</translation>
        </message>
        <message>
            <source>The values of this image fill a part of their range: {black} is shown as black and {white} as white.</source>
            <translation>此图片的数值只占取值范围的一部分：{black} 显示为黑色，{white} 显示为白色。</translation>
        </message>
        <message>
            <source>The image has {count} bands, of which the first is shown.</source>
            <translation>此图片有 {count} 个通道，仅显示第 1 个。</translation>
        </message>
        <message>
            <source>The image has {count} bands, of which {shown} are shown as colors.</source>
            <translation>此图片有 {count} 个通道，其中第 {shown} 个按颜色显示。</translation>
        </message>
        <message>
            <source>{name} is incomplete: it ends before the image does; get a fresh copy of it.</source>
            <translation>{name} 不完整，图片数据提前结束：请重新获取该文件。</translation>
        </message>
        <message>
            <source>The file ends early: the lower {percent}% of the image is missing.</source>
            <translation>文件不完整：图片底部 {percent}% 缺失。</translation>
        </message>
        <message>
            <source>The file ends early: fine detail may be missing.</source>
            <translation>文件不完整：可能缺少精细细节。</translation>
        </message>
        <message>
            <source>The file ends early: the lower right corner is missing.</source>
            <translation>文件不完整：图片右下角缺失。</translation>
        </message>
        <message>
            <source>Opening the image was stopped.</source>
            <translation>已停止打开图片。</translation>
        </message>
        <message>
            <source>an image</source>
            <translation>图片</translation>
        </message>
        <message>
            <source>There is not enough memory to open {path}: close other programs, or open a smaller version of it.</source>
            <translation>内存不足，无法打开 {path}：请关闭其他程序，或打开较小的版本。</translation>
        </message>
        <message>
            <source>Developed with camera white balance and automatic brightness.</source>
            <translation>已按相机白平衡显影，并自动调整亮度。</translation>
        </message>
        <message>
            <source>Its exposure was changed by {stops} EV to make it visible.</source>
            <translation>为便于查看，曝光已调整 {stops} EV。</translation>
        </message>
        <message>
            <source>The file has no merged image, so its layers were combined.</source>
            <translation>文件中没有合成好的图像，已重新合并图层。</translation>
        </message>
        <message>
            <source>Channels shown: {channels}.</source>
            <translation>显示的通道：{channels}。</translation>
        </message>
        <message>
            <source>Stretched from {black} (black) to {white} (white) with an asinh curve.</source>
            <translation>已用 asinh 曲线将 {black}（黑）至 {white}（白）拉伸显示。</translation>
        </message>
        <message>
            <source>Not for diagnosis.</source>
            <translation>不可用于诊断。</translation>
        </message>
        <message>
            <source>Window: center {center}, width {width}.</source>
            <translation>窗位 {center}，窗宽 {width}。</translation>
        </message>
        <message>
            <source>The file has no window; values from {black} to {white} are shown.</source>
            <translation>文件未给出窗宽窗位，显示范围为 {black} 至 {white}。</translation>
        </message>
        <message>
            <source>Redrawn at every zoom up to 100%.</source>
            <translation>在 100% 及以下，每次缩放都会重新绘制。</translation>
        </message>
        <message>
            <source>Scanned with an objective of {power}x.</source>
            <translation>扫描物镜倍率：{power}x。</translation>
        </message>
        <message>
            <source>Stretched from {black} (black) to {white} (white): 2nd to 98th percentile.</source>
            <translation>已将 {black}（黑）至 {white}（白）拉伸显示：第 2 至第 98 百分位。</translation>
        </message>
        <message>
            <source>Each band is stretched from its 2nd to its 98th percentile.</source>
            <translation>各波段均按第 2 至第 98 百分位拉伸。</translation>
        </message>
        <message>
            <source>Bands shown: {shown} of {count}.</source>
            <translation>显示的波段：{shown}（共 {count} 个）。</translation>
        </message>
        <message>
            <source>Places without data are transparent.</source>
            <translation>无数据区域显示为透明。</translation>
        </message>
        <message>
            <source>Its map coordinates are control points, which are not shown.</source>
            <translation>其地图坐标以控制点给出，无法显示。</translation>
        </message>
        <message>
            <source>{name} is shown as it is, so it takes no tone: only files with more than 8 bits or several bands do.</source>
            <translation>{name} 按原样显示，无法调整色调：仅超过 8 位或含多个波段的文件可以调整。</translation>
        </message>
        <message>
            <source>{name} has no band {band}: choose from 1 to {bands}.</source>
            <translation>{name} 没有波段 {band}：请选择 1 到 {bands} 之间的波段。</translation>
        </message>
        <message>
            <source>{name} is not of linear light, so it has no exposure: choose a window instead.</source>
            <translation>{name} 不是线性光数据，无法调整曝光：请改为设置窗宽/窗位。</translation>
        </message>
        <message>
            <source>{name} has no page {page}: choose one from 1 to {pages}.</source>
            <translation>{name} 没有第 {page} 页：请选择 1 到 {pages} 之间的页码。</translation>
        </message>
        <message>
            <source>{name} is protected by a password: save it without one.</source>
            <translation>{name} 受密码保护：请另存为不带密码的文件。</translation>
        </message>
        <message>
            <source>{name} looks like a whole slide but cannot be read by OpenSlide: get a fresh copy, or save it as TIFF with another program.</source>
            <translation>{name} 看起来是全切片图像，但 OpenSlide 无法读取：请重新获取该文件，或用其他程序另存为 TIFF。</translation>
        </message>
        <message>
            <source>{name} holds no image: choose another file.</source>
            <translation>{name} 中没有图像：请选择其他文件。</translation>
        </message>
        <message>
            <source>{name} is packed in a way that cannot be read here ({kind}): save it uncompressed.</source>
            <translation>{name} 的压缩方式（{kind}）无法读取：请另存为未压缩的文件。</translation>
        </message>
        <message>
            <source>{name} is a folder: choose an image in it.</source>
            <translation>{name} 是文件夹：请选择其中的图片。</translation>
        </message>
        <message>
            <source>{name} is a device or a pipe, not a file: choose an image.</source>
            <translation>{name} 是设备或管道，不是文件：请选择图片。</translation>
        </message>
        <message>
            <source>{name} is empty (0 bytes): get a fresh copy of it.</source>
            <translation>{name} 是空文件（0 字节）：请重新获取该文件。</translation>
        </message>
        <message>
            <source>{name} does not exist: check the path.</source>
            <translation>{name} 不存在：请检查路径。</translation>
        </message>
        <message>
            <source>{name} cannot be read: you have no permission for it.</source>
            <translation>无法读取 {name}：没有访问权限。</translation>
        </message>
        <message>
            <source>{name} cannot be opened ({reason}): check the path.</source>
            <translation>无法打开 {name}（{reason}）：请检查路径。</translation>
        </message>
        <message>
            <source>{name} vanished while it was being read: open it again when it is back.</source>
            <translation>{name} 在读取过程中消失：请待文件恢复后重新打开。</translation>
        </message>
        <message>
            <source>{name} could not be read to its end ({reason}): open it again.</source>
            <translation>{name} 未能完整读取（{reason}）：请重新打开。</translation>
        </message>
        <message>
            <source>{name} is damaged ({reason}): get a fresh copy of it.</source>
            <translation>{name} 已损坏（{reason}）：请重新获取该文件。</translation>
        </message>
        <message>
            <source>{name} begins like {kind} but cannot be read as such ({reason}): it is damaged or of a rare kind; get a fresh copy, or save it as PNG.</source>
            <translation>{name} 看起来是 {kind} 文件，但无法读取（{reason}）：文件已损坏或格式少见，请重新获取该文件，或将其另存为 PNG。</translation>
        </message>
        <message>
            <source>Page {page} of {pages} is open.</source>
            <translation>当前打开的是第 {page} 页，共 {pages} 页。</translation>
        </message>
        <message>
            <source>Frame {page} of {pages} is open.</source>
            <translation>当前打开的是第 {page} 帧，共 {pages} 帧。</translation>
        </message>
        <message>
            <source>{name} has no pixels: choose a part of the image that is not empty.</source>
            <translation>{name} 不含任何像素：请选择图片中非空的部分。</translation>
        </message>
        <message>
            <source>{name} is a TIFF of a rare kind ({kind}) and needs the package imagecodecs (pip install cozviewer[scans]).</source>
            <translation>{name} 是一种少见的 TIFF（{kind}），需要安装 imagecodecs 软件包（pip install cozviewer[scans]）。</translation>
        </message>
        <message>
            <source>looking for borrowed texture</source>
            <translation>查找借用的纹理</translation>
        </message>
        <message>
            <source>looking for text and faces</source>
            <translation>检测文字和人脸</translation>
        </message>
        <message>
            <source>downloading {name}</source>
            <translation>下载“{name}”</translation>
        </message>
        <message>
            <source>keeping the new tiles</source>
            <translation>保留新图块</translation>
        </message>
        <message>
            <source>The folder “{name}” cannot be read ({reason}): open another one.</source>
            <translation>无法读取文件夹“{name}”（{reason}）：请打开其他文件夹。</translation>
        </message>
        <message>
            <source>“{name}” contains no photos that can be opened: open another folder.</source>
            <translation>“{name}”中没有可打开的照片：请打开其他文件夹。</translation>
        </message>
        <message>
            <source>These folders contain no photos that can be opened: open other ones.</source>
            <translation>这些文件夹中没有可打开的照片：请打开其他文件夹。</translation>
        </message>
        <message>
            <source>composing the view</source>
            <translation>合成视图</translation>
        </message>
        <message>
            <source>{problem} {engine} is used instead.</source>
            <translation>{problem}已改用 {engine}。</translation>
        </message>
        <message>
            <source>Links cannot be opened: save the image, and open its file.</source>
            <translation>无法打开链接：请先保存图片，再打开图片文件。</translation>
        </message>
        <message>
            <source>reading the prompts</source>
            <translation>读取提示词</translation>
        </message>
        <message>
            <source>There is not enough memory for {doing}; close other programs and try again.</source>
            <translation>内存不足，无法{doing}；请关闭其他程序后重试。</translation>
        </message>
        <message>
            <source>Something went wrong while {doing} ({error}); the log has the details.</source>
            <translation>{doing}时出错（{error}），详细信息请查看日志。</translation>
        </message>
        <message>
            <source>reading a tile</source>
            <translation>读取图块</translation>
        </message>
        <message>
            <source>loading the engine</source>
            <translation>加载引擎</translation>
        </message>
        <message>
            <source>drawing finer tiles</source>
            <translation>生成更精细的图块</translation>
        </message>
        <message>
            <source>it has {pairs} layers where the base has {linears}</source>
            <translation>文件有 {pairs} 层，而基础模型有 {linears} 层</translation>
        </message>
        <message>
            <source>it has {rows} × {columns} weights for {name} where the base has {base_rows} × {base_columns}</source>
            <translation>{name} 的权重为 {rows} × {columns}，而基础模型为 {base_rows} × {base_columns}</translation>
        </message>
        <message>
            <source>it is not a dictionary of tensors</source>
            <translation>内容不是张量字典</translation>
        </message>
        <message>
            <source>the LoRA of {layer} is missing</source>
            <translation>缺少 {layer} 的 LoRA</translation>
        </message>
        <message>
            <source>{name} is missing</source>
            <translation>缺少 {name}</translation>
        </message>
        <message>
            <source>{name} has a different shape in the base</source>
            <translation>{name} 的形状与基础模型不同</translation>
        </message>
        <message>
            <source>it has weights that the base lacks: {left}</source>
            <translation>含有基础模型没有的权重：{left}</translation>
        </message>
        <message>
            <source>it is not a list of tensors</source>
            <translation>内容不是张量列表</translation>
        </message>
        <message>
            <source>it has {values} tensors, an odd number</source>
            <translation>张量数量为 {values}，不是偶数</translation>
        </message>
        <message>
            <source>its tensors are not pairs of rank {rank}</source>
            <translation>张量并非成对，或秩不是 {rank}</translation>
        </message>
        <message>
            <source>the LoRA of {layer} does not fit</source>
            <translation>{layer} 的 LoRA 不匹配</translation>
        </message>
        <message>
            <source>{count} weights are missing, such as {name}</source>
            <translation>缺少 {count} 个权重，例如 {name}</translation>
        </message>
        <message>
            <source>The part {part} of {title} in {folder} cannot be loaded ({reason}): download it again, or choose another folder.</source>
            <translation>无法加载 {folder} 中 {title} 的组件 {part}（{reason}）：请重新下载，或选择其他文件夹。</translation>
        </message>
        <message>
            <source>The Stable Diffusion 3 folder {base} does not exist: choose another folder, or the name {sd3}.</source>
            <translation>Stable Diffusion 3 文件夹 {base} 不存在：请选择其他文件夹，或使用名称 {sd3}。</translation>
        </message>
        <message>
            <source>{base} is not on this computer: accept its licence on https://huggingface.co/{base} and download the model {model}, or choose a folder that has it.</source>
            <translation>这台电脑上没有 {base}：请在 https://huggingface.co/{base} 接受其许可证并下载模型 {model}，或选择已有该模型的文件夹。</translation>
        </message>
        <message>
            <source>The folder {folder} is not a complete Stable Diffusion 3, its part {part} is missing: choose a folder in the layout of {sd3}, or download it again.</source>
            <translation>文件夹 {folder} 中的 Stable Diffusion 3 不完整，缺少组件 {part}：请选择与 {sd3} 结构相同的文件夹，或重新下载。</translation>
        </message>
        <message>
            <source>it is damaged or not a checkpoint</source>
            <translation>文件已损坏或不是模型权重文件</translation>
        </message>
        <message>
            <source>The file {path} does not fit this base, {reason}: get {name} from {origin}.</source>
            <translation>文件 {path} 与此基础模型不匹配（{reason}）：请从 {origin} 获取 {name}。</translation>
        </message>
        <message>
            <source>The file {path} contains executable code and was blocked: get {name} from {origin}.</source>
            <translation>文件 {path} 含有可执行代码，已阻止加载：请从 {origin} 获取 {name}。</translation>
        </message>
        <message>
            <source>The file {path} changed after it was chosen: choose it again.</source>
            <translation>文件 {path} 在选择后发生了变化：请重新选择。</translation>
        </message>
        <message>
            <source>The Chain-of-Zoom file {path} does not exist: check the path.</source>
            <translation>Chain-of-Zoom 文件 {path} 不存在：请检查路径。</translation>
        </message>
        <message>
            <source>The setting paper cannot be combined with the memory mode {memory}, which changes the result: choose auto, together or sequential.</source>
            <translation>设置 paper 不能与内存模式 {memory} 同时使用，因为后者会改变结果：请选择 auto、together 或 sequential。</translation>
        </message>
        <message>
            <source>Not enough memory on the {hardware} for {title}: close other programs, or choose another device or engine.</source>
            <translation>{hardware} 的内存不足以运行 {title}：请关闭其他程序，或选择其他设备或引擎。</translation>
        </message>
        <message>
            <source>{title} ran out of memory and continues in smaller windows, a little slower.</source>
            <translation>{title} 内存不足，已改为分小块处理，速度会稍慢。</translation>
        </message>
        <message>
            <source>The fused weights cannot be saved in {folder} ({reason}), so they are fused again at the next start.</source>
            <translation>无法将融合后的权重保存到 {folder}（{reason}），下次启动时将重新融合。</translation>
        </message>
        <message>
            <source>The fused weights in {path} are damaged: delete this file to have them made again.</source>
            <translation>{path} 中的融合权重已损坏：请删除此文件，以便重新生成。</translation>
        </message>
        <message>
            <source>leave out the text encoder T5</source>
            <translation>不使用文本编码器 T5</translation>
        </message>
        <message>
            <source>The {hardware} reported an error ({reason}): try again, or choose another device.</source>
            <translation>{hardware} 报告错误（{reason}）：请重试，或选择其他设备。</translation>
        </message>
        <message>
            <source>The text and face detection is incomplete, so nothing is detected: reinstall it.</source>
            <translation>文字和人脸检测组件不完整，无法检测：请重新安装。</translation>
        </message>
        <message>
            <source>This computer has no device {wanted!r}: choose {there} or {available}.</source>
            <translation>这台电脑没有设备 {wanted!r}：请选择 {there} 或 {available}。</translation>
        </message>
        <message>
            <source>The {hardware} does not support the number format {numbers!r}: choose {others} or {last}.</source>
            <translation>{hardware} 不支持数值格式 {numbers!r}：请选择 {others} 或 {last}。</translation>
        </message>
        <message>
            <source>Unknown model {name!r}: choose {known} or a hub name, owner/name.</source>
            <translation>未知模型 {name!r}：请选择 {known}，或使用模型库名称（owner/name）。</translation>
        </message>
        <message>
            <source>{repo} has no safetensors weights: choose another model.</source>
            <translation>{repo} 没有 safetensors 权重：请选择其他模型。</translation>
        </message>
        <message>
            <source>The model hub returned invalid data about {repo}: try again later.</source>
            <translation>模型库返回的 {repo} 数据无效：请稍后重试。</translation>
        </message>
        <message>
            <source>Stopped; the next download resumes where it stopped.</source>
            <translation>已停止，下次下载将从中断处继续。</translation>
        </message>
        <message>
            <source>The downloaded file {path} of {repo} was damaged and has been deleted: download it again.</source>
            <translation>从 {repo} 下载的文件 {path} 已损坏，现已删除：请重新下载。</translation>
        </message>
        <message>
            <source>The download needs {needed}, and only {free} are free in {there}: free some space, or set HF_HOME to another disk.</source>
            <translation>下载需要 {needed}，但 {there} 仅剩 {free}：请清理磁盘空间，或将 HF_HOME 指向其他磁盘。</translation>
        </message>
        <message>
            <source>Accept the licence of {repo} first: 1. open {page}, sign in and accept it; 2. create a token on https://huggingface.co/settings/tokens and set the environment variable HF_TOKEN to it; 3. download again.</source>
            <translation>请先接受 {repo} 的许可证：1. 打开 {page}，登录并接受；2. 在 https://huggingface.co/settings/tokens 创建令牌，并将环境变量 HF_TOKEN 设为该令牌；3. 重新下载。</translation>
        </message>
        <message>
            <source>Your Hugging Face account has not accepted the licence of {repo}: 1. open {page} with that account and accept it; 2. download again.</source>
            <translation>你的 Hugging Face 账号尚未接受 {repo} 的许可证：1. 用该账号打开 {page} 并接受；2. 重新下载。</translation>
        </message>
        <message>
            <source>The model hub has no model {repo}, or it is private: check the name.</source>
            <translation>模型库中没有模型 {repo}，或该模型未公开：请检查名称。</translation>
        </message>
        <message>
            <source>Downloads are disabled (HF_HUB_OFFLINE): unset it, or choose a folder with the model.</source>
            <translation>下载已禁用（HF_HUB_OFFLINE）：请取消该设置，或选择已有该模型的文件夹。</translation>
        </message>
        <message>
            <source>The model hub did not respond ({reason}): try again later; the download will resume.</source>
            <translation>模型库没有响应（{reason}）：请稍后重试，下载将从中断处继续。</translation>
        </message>
        <message>
            <source>The disk is full: free some space, or set HF_HOME to another disk; the download will resume.</source>
            <translation>磁盘已满：请清理磁盘空间，或将 HF_HOME 指向其他磁盘，下载将从中断处继续。</translation>
        </message>
        <message>
            <source>The download failed ({reason}): try again; it will resume.</source>
            <translation>下载失败（{reason}）：请重试，下载将从中断处继续。</translation>
        </message>
        <message>
            <source>Only links that begin with http:// or https:// can be opened.</source>
            <translation>只能打开以 http:// 或 https:// 开头的链接。</translation>
        </message>
        <message>
            <source>The download was stopped.</source>
            <translation>下载已停止。</translation>
        </message>
        <message>
            <source>{host} refused to send this image (status {status}): save it in the browser, and open its file.</source>
            <translation>{host} 拒绝提供此图片（状态码 {status}）：请在浏览器中保存图片，再打开图片文件。</translation>
        </message>
        <message>
            <source>The link to {host} leads to a page, not to an image: open the image itself in the browser and drag it from there, or save it.</source>
            <translation>{host} 的链接指向网页而不是图片：请在浏览器中打开图片本身，再从浏览器拖入，或先保存图片。</translation>
        </message>
        <message>
            <source>The image cannot be downloaded from {host}: check the link and network.</source>
            <translation>无法从 {host} 下载图片：请检查链接和网络。</translation>
        </message>
        <message>
            <source>The image cannot be stored ({reason}): free some space.</source>
            <translation>无法存储图片（{reason}）：请清理磁盘空间。</translation>
        </message>
        <message>
            <source>The image on {host} is larger than {limit}: save it in the browser, and open its file.</source>
            <translation>{host} 上的图片超过 {limit}：请在浏览器中保存图片，再打开图片文件。</translation>
        </message>
        <message>
            <source>{host} does not answer, or too slowly: try again later.</source>
            <translation>{host} 没有响应或响应过慢：请稍后重试。</translation>
        </message>
        <message>
            <source>Unknown engine {engine!r}: choose {names} or the path of a 4x model file.</source>
            <translation>未知引擎 {engine!r}：请选择 {names}，或指定 4 倍放大模型文件的路径。</translation>
        </message>
        <message>
            <source>Unknown setting {setting!r}: choose paper or best.</source>
            <translation>未知设置 {setting!r}：请选择 paper 或 best。</translation>
        </message>
        <message>
            <source>Chain-of-Zoom needs two files that are not on this computer: get {lora_file} and {encoder_file} from the folder ckpt of {origin}, and choose them.</source>
            <translation>Chain-of-Zoom 需要两个文件，但这台电脑上没有：请从 {origin} 的 ckpt 文件夹获取 {lora_file} 和 {encoder_file}，然后选择这两个文件。</translation>
        </message>
        <message>
            <source>PiSA-SR needs a file that is not on this computer: get {name} from {origin}, and choose it.</source>
            <translation>PiSA-SR 需要一个文件，但这台电脑上没有：请从 {origin} 获取 {name}，然后选择该文件。</translation>
        </message>
        <message>
            <source>The prompter text needs a prompt: enter one, or choose none.</source>
            <translation>提示词来源 text 需要提示词：请输入提示词，或选择 none。</translation>
        </message>
        <message>
            <source>Unknown prompter {name!r}: choose {names} or {last}.</source>
            <translation>未知提示词来源 {name!r}：请选择 {names} 或 {last}。</translation>
        </message>
        <message>
            <source>choose the memory mode auto, which fits</source>
            <translation>改用内存模式 auto，内存够用</translation>
        </message>
        <message>
            <source>close other programs</source>
            <translation>关闭其他程序</translation>
        </message>
        <message>
            <source>choose the memory mode {mode}</source>
            <translation>选择内存模式 {mode}</translation>
        </message>
        <message>
            <source>choose the CPU as device</source>
            <translation>将设备设为 CPU</translation>
        </message>
        <message>
            <source>choose the engine Real-ESRGAN</source>
            <translation>选择 Real-ESRGAN 引擎</translation>
        </message>
        <message>
            <source>{ways} or {last}</source>
            <translation>{ways}或{last}</translation>
        </message>
        <message>
            <source>The {names} would need {needed} of memory on the {place}, and only {free} are free, of which {spare} must stay free: {advice}.</source>
            <translation>{names}在 {place} 上需要 {needed} 内存，但仅有 {free} 可用，其中还须留出 {spare}：请{advice}。</translation>
        </message>
        <message>
            <source>Unknown memory mode {memory!r}: choose {names} or {last}.</source>
            <translation>未知内存模式 {memory!r}：请选择 {names} 或 {last}。</translation>
        </message>
        <message>
            <source>The memory mode {memory} needs an NVIDIA GPU: choose auto, together or sequential for the {hardware}.</source>
            <translation>内存模式 {memory} 需要 NVIDIA GPU：在 {hardware} 上请选择 auto、together 或 sequential。</translation>
        </message>
        <message>
            <source>The memory mode {memory} needs an optional component that is not installed (see the README): choose auto, together or sequential.</source>
            <translation>内存模式 {memory} 需要的可选组件尚未安装（参见 README）：请选择 auto、together 或 sequential。</translation>
        </message>
        <message>
            <source>{stem} does not support int8: choose the number format auto or fp32.</source>
            <translation>{stem} 不支持 int8：请将数值格式设为 auto 或 fp32。</translation>
        </message>
        <message>
            <source>The model file {path} changed after it was chosen: choose it again.</source>
            <translation>模型文件 {path} 在选择后发生了变化：请重新选择。</translation>
        </message>
        <message>
            <source>returns images of the wrong size</source>
            <translation>输出的图片尺寸不正确</translation>
        </message>
        <message>
            <source>The model file {path} does not work on the {hardware}: choose another device or another file.</source>
            <translation>模型文件 {path} 无法在 {hardware} 上运行：请选择其他设备或其他文件。</translation>
        </message>
        <message>
            <source>is for inpainting</source>
            <translation>用于局部重绘</translation>
        </message>
        <message>
            <source>enlarges by {scale}</source>
            <translation>放大倍数为 {scale}</translation>
        </message>
        <message>
            <source>is not for RGB images</source>
            <translation>不适用于 RGB 图片</translation>
        </message>
        <message>
            <source>The model in {path} {what}: choose a model that enlarges RGB images by 4.</source>
            <translation>{path} 中的模型{what}：请选择能将 RGB 图片放大 4 倍的模型。</translation>
        </message>
        <message>
            <source>{path} is a folder: choose a model file in it.</source>
            <translation>{path} 是文件夹：请选择其中的模型文件。</translation>
        </message>
        <message>
            <source>The model file {path} does not exist: check the path.</source>
            <translation>模型文件 {path} 不存在：请检查路径。</translation>
        </message>
        <message>
            <source>{path} is not a model file: choose one that ends in {suffixes}.</source>
            <translation>{path} 不是模型文件：请选择扩展名为 {suffixes} 的文件。</translation>
        </message>
        <message>
            <source>The model file {path} is empty: copy or download it again.</source>
            <translation>模型文件 {path} 是空文件：请重新复制或下载。</translation>
        </message>
        <message>
            <source>{path} is not a supported 4× model: choose another (ESRGAN, SwinIR, HAT, DAT, ...).</source>
            <translation>{path} 不是受支持的 4 倍模型：请换一个（ESRGAN、SwinIR、HAT、DAT 等）。</translation>
        </message>
        <message>
            <source>The model file {path} cannot be read ({reason}): choose another.</source>
            <translation>无法读取模型文件 {path}（{reason}）：请换一个。</translation>
        </message>
        <message>
            <source>The model file {path} contains executable code and was blocked: use a .safetensors version of it.</source>
            <translation>模型文件 {path} 含有可执行代码，已被阻止：请使用它的 .safetensors 版本。</translation>
        </message>
        <message>
            <source>The adapter folder {folder} does not exist: check the path.</source>
            <translation>适配器文件夹 {folder} 不存在：请检查路径。</translation>
        </message>
        <message>
            <source>The adapter in {folder} is a pickle file ({pickled}), which can run code: choose an adapter with {weights}.</source>
            <translation>{folder} 中的适配器是 pickle 文件（{pickled}），可能会执行代码：请选择带有 {weights} 的适配器。</translation>
        </message>
        <message>
            <source>The folder {folder} has no {name}: choose the folder of an adapter.</source>
            <translation>文件夹 {folder} 中没有 {name}：请选择适配器所在的文件夹。</translation>
        </message>
        <message>
            <source>The adapter in {folder} cannot be read ({reason}): choose another.</source>
            <translation>无法读取 {folder} 中的适配器（{reason}）：请换一个。</translation>
        </message>
        <message>
            <source>it is not a plain LoRA</source>
            <translation>不是普通 LoRA</translation>
        </message>
        <message>
            <source>it uses {name}</source>
            <translation>使用了 {name}</translation>
        </message>
        <message>
            <source>it contains {key}</source>
            <translation>含有 {key}</translation>
        </message>
        <message>
            <source>its two matrices for {layer} do not fit each other</source>
            <translation>{layer} 的两个矩阵互不匹配</translation>
        </message>
        <message>
            <source>it is empty</source>
            <translation>内容为空</translation>
        </message>
        <message>
            <source>there is no layer {saved}</source>
            <translation>没有 {saved} 层</translation>
        </message>
        <message>
            <source>{saved} has {rows} × {columns} weights instead of {model_rows} × {model_columns}</source>
            <translation>{saved} 的权重为 {rows} × {columns}，应为 {model_rows} × {model_columns}</translation>
        </message>
        <message>
            <source>The adapter in {folder} is not supported ({reason}): choose a plain LoRA, or a model with the adapter merged into it.</source>
            <translation>不支持 {folder} 中的适配器（{reason}）：请选择普通 LoRA，或已合并该适配器的模型。</translation>
        </message>
        <message>
            <source>The adapter in {folder} does not fit the model ({reason}): choose the model that it was trained for, or another adapter.</source>
            <translation>{folder} 中的适配器与模型不匹配（{reason}）：请选择训练它时所用的模型，或换一个适配器。</translation>
        </message>
        <message>
            <source>choose another folder</source>
            <translation>选择其他文件夹</translation>
        </message>
        <message>
            <source>The folder {model} of a vision-language model does not exist: choose another folder, or the name {qwen}.</source>
            <translation>视觉语言模型文件夹 {model} 不存在：请选择其他文件夹，或填写名称 {qwen}。</translation>
        </message>
        <message>
            <source>{name} is not on this computer: {remedy}, or choose a folder that has it.</source>
            <translation>这台电脑上没有 {name}：请{remedy}，或选择包含它的文件夹。</translation>
        </message>
        <message>
            <source>choose another prompter</source>
            <translation>选择其他提示词来源</translation>
        </message>
        <message>
            <source>The model in {folder} cannot be loaded ({reason}): download it again, or choose another image-text-to-text model.</source>
            <translation>无法加载 {folder} 中的模型（{reason}）：请重新下载，或选择其他 image-text-to-text 模型。</translation>
        </message>
        <message>
            <source>download the model {model} again</source>
            <translation>重新下载模型 {model}</translation>
        </message>
        <message>
            <source>download the model {model}</source>
            <translation>下载模型 {model}</translation>
        </message>
        <message>
            <source>The weights in {folder} are pickle files (*.bin), which can run code: choose a model with safetensors files.</source>
            <translation>{folder} 中的权重是 pickle 文件（*.bin），可能会执行代码：请选择使用 safetensors 文件的模型。</translation>
        </message>
        <message>
            <source>The file {path} is damaged: download the model again, or choose another.</source>
            <translation>文件 {path} 已损坏：请重新下载模型，或换一个模型。</translation>
        </message>
        <message>
            <source>The model in {folder} is incomplete, {name} is missing: {remedy}.</source>
            <translation>{folder} 中的模型不完整，缺少 {name}：请{remedy}。</translation>
        </message>
        <message>
            <source>Unknown quantisation {quantised!r}: choose {names}.</source>
            <translation>未知的量化方式 {quantised!r}：请选择 {names}。</translation>
        </message>
        <message>
            <source>Loading a model in {quantised} needs an optional component that is not installed (see the README): choose another memory mode.</source>
            <translation>以 {quantised} 加载模型需要一个可选组件，但尚未安装（见 README）：请选择其他内存模式。</translation>
        </message>
        <message>
            <source>{name} gave an empty answer, so detail is generated without a prompt.</source>
            <translation>{name} 没有给出回答，因此生成细节时不使用提示词。</translation>
        </message>
        <message>
            <source>{name} failed on the {hardware} ({reason}): try again, or choose another device or model.</source>
            <translation>{name} 在 {hardware} 上运行失败（{reason}）：请重试，或选择其他设备或模型。</translation>
        </message>
        <message>
            <source>{name} ran out of memory: close other programs, or choose another device.</source>
            <translation>{name} 内存不足：请关闭其他程序，或选择其他设备。</translation>
        </message>
        <message>
            <source>{title} does not support int8: choose fp32 or bf16.</source>
            <translation>{title} 不支持 int8：请选择 fp32 或 bf16。</translation>
        </message>
        <message>
            <source>This network is not a compact 4x network for RGB: choose another file.</source>
            <translation>该网络不是用于 RGB 的 4 倍 compact 网络：请选择其他文件。</translation>
        </message>
        <message>
            <source>The converted weights cannot be saved in {parent} ({reason}), so they are converted again at the next start.</source>
            <translation>转换后的权重无法保存到 {parent}（{reason}），下次启动时会重新转换。</translation>
        </message>
        <message>
            <source>The file {file_name} of cozviewer is damaged: reinstall cozviewer, or choose the number format fp32.</source>
            <translation>cozviewer 的文件 {file_name} 已损坏：请重新安装 cozviewer，或选择数值格式 fp32。</translation>
        </message>
        <message>
            <source>This ncnn .param file is not supported: {reason}.</source>
            <translation>不支持该 ncnn .param 文件：{reason}。</translation>
        </message>
        <message>
            <source>This ncnn .bin file is truncated in convolution {number} of {count}: copy or install it again.</source>
            <translation>该 ncnn .bin 文件不完整，在第 {number} 个卷积处（共 {count} 个）中断：请重新复制或安装。</translation>
        </message>
        <message>
            <source>This ncnn .bin file stores convolution {number} in an unknown format (tag {tag:#010x}): use the file that belongs to its .param.</source>
            <translation>该 ncnn .bin 文件的第 {number} 个卷积采用了未知格式（标记 {tag:#010x}）：请使用与 .param 配套的文件。</translation>
        </message>
        <message>
            <source>This ncnn .bin file has {count} bytes more than its .param says: the two do not belong together.</source>
            <translation>该 ncnn .bin 文件比其 .param 所描述的多 {count} 字节：两者不配套。</translation>
        </message>
        <message>
            <source>Stopped.</source>
            <translation>已停止。</translation>
        </message>
        <message>
            <source>The int8 number format does not work on this computer: choose the number format fp32.</source>
            <translation>这台电脑无法使用数值格式 int8：请选择数值格式 fp32。</translation>
        </message>
        <message>
            <source>This network is not a 4x RRDBNet for RGB: choose another file.</source>
            <translation>该网络不是用于 RGB 的 4 倍 RRDBNet：请选择其他文件。</translation>
        </message>
        <message>
            <source>The built-in model is missing: reinstall cozviewer.</source>
            <translation>缺少内置模型：请重新安装 cozviewer。</translation>
        </message>
        <message>
            <source>The built-in model {path} cannot be read ({reason}): reinstall cozviewer.</source>
            <translation>无法读取内置模型 {path}（{reason}）：请重新安装 cozviewer。</translation>
        </message>
        <message>
            <source>The built-in model {path} is damaged: reinstall cozviewer.</source>
            <translation>内置模型 {path} 已损坏：请重新安装 cozviewer。</translation>
        </message>
        <message>
            <source>The server address contains a user name or password: remove them, and set the environment variable COZVIEWER_SERVER_KEY to the key.</source>
            <translation>服务器地址中含有用户名或密码：请将其删除，并把密钥填入环境变量 COZVIEWER_SERVER_KEY。</translation>
        </message>
        <message>
            <source>Servers are used with http or https, not {scheme}: {typed}.</source>
            <translation>服务器只支持 http 或 https，不支持 {scheme}：{typed}。</translation>
        </message>
        <message>
            <source>The server address {typed} is too long: end it before the ? or #, and set the environment variable COZVIEWER_SERVER_KEY to a key.</source>
            <translation>服务器地址 {typed} 过长：请删除 ? 或 # 及其后的内容；如需密钥，请填入环境变量 COZVIEWER_SERVER_KEY。</translation>
        </message>
        <message>
            <source>{typed} is not a server address: enter one like localhost:11434 or https://example.org/v1.</source>
            <translation>{typed} 不是服务器地址：请输入类似 localhost:11434 或 https://example.org/v1 的地址。</translation>
        </message>
        <message>
            <source>The key from {origin} contains invalid characters: check it.</source>
            <translation>“{origin}”中的密钥含有无效字符：请检查。</translation>
        </message>
        <message>
            <source>Sending the key from {origin} to {host} over http is not safe: use an address with https://, or remove the key.</source>
            <translation>通过 http 向 {host} 发送“{origin}”中的密钥不安全：请使用 https:// 地址，或删除密钥。</translation>
        </message>
        <message>
            <source>the keyring</source>
            <translation>密钥环</translation>
        </message>
        <message>
            <source>Cannot connect to {host}: this computer's proxy or certificate settings are not valid, see HTTP_PROXY, ALL_PROXY and SSL_CERT_FILE.</source>
            <translation>无法连接到 {host}：这台电脑的代理或证书设置无效，请检查 HTTP_PROXY、ALL_PROXY 和 SSL_CERT_FILE。</translation>
        </message>
        <message>
            <source>The answer of {host} is too long: it is not a chat server, or ignores the token limit.</source>
            <translation>{host} 的回答过长：它可能不是对话服务器，或者没有遵守 token 上限。</translation>
        </message>
        <message>
            <source>Cannot find the server {host}: check its address and the network.</source>
            <translation>找不到服务器 {host}：请检查地址和网络。</translation>
        </message>
        <message>
            <source>The security certificate of {host} is not valid ({verify_message}): check the address {base}, or make this computer trust the certificate.</source>
            <translation>{host} 的安全证书无效（{verify_message}）：请检查地址 {base}，或让这台电脑信任该证书。</translation>
        </message>
        <message>
            <source>The server at {base} does not support https: check the address, or try http://.</source>
            <translation>服务器 {base} 不支持 https：请检查地址，或改用 http://。</translation>
        </message>
        <message>
            <source>No server is running at {base}: start it, or choose another prompter.</source>
            <translation>{base} 上没有服务器在运行：请启动服务器，或选择其他提示词来源。</translation>
        </message>
        <message>
            <source>The server address {base} is not valid: check it.</source>
            <translation>服务器地址 {base} 无效：请检查。</translation>
        </message>
        <message>
            <source>The proxy for {base} refused the connection: check its settings.</source>
            <translation>用于 {base} 的代理拒绝了连接：请检查代理设置。</translation>
        </message>
        <message>
            <source>No response from {base}: check the address, and whether the server is running.</source>
            <translation>{base} 没有响应：请检查地址，并确认服务器正在运行。</translation>
        </message>
        <message>
            <source>The server at {base} takes too long: try again when it has loaded its model, or choose a smaller one.</source>
            <translation>服务器 {base} 响应过慢：请等它加载完模型后重试，或换一个较小的模型。</translation>
        </message>
        <message>
            <source>The server at {base} cannot be reached: check the network.</source>
            <translation>无法连接到服务器 {base}：请检查网络。</translation>
        </message>
        <message>
            <source>The server at {base} closed the connection: check its log, and try again.</source>
            <translation>服务器 {base} 断开了连接：请查看服务器日志，然后重试。</translation>
        </message>
        <message>
            <source>The prompter server needs the address of a server and the name of a model: enter both.</source>
            <translation>提示词来源 server 需要服务器地址和模型名称：请填写这两项。</translation>
        </message>
        <message>
            <source>The prompter server needs the name of a model: enter one of those that the server lists at {base}/models.</source>
            <translation>提示词来源 server 需要模型名称：请从服务器的模型列表 {base}/models 中选一个填写。</translation>
        </message>
        <message>
            <source>{name} accepts only one image: the wider view is not sent.</source>
            <translation>{name} 只接受一张图片：更大范围的视图不会发送。</translation>
        </message>
        <message>
            <source>{name} gave an empty answer within the maximum answer length, so detail is generated without a prompt.</source>
            <translation>{name} 在最大回答长度内没有给出回答，因此生成细节时不使用提示词。</translation>
        </message>
        <message>
            <source> (“{message}”)</source>
            <translation>（“{message}”）</translation>
        </message>
        <message>
            <source>The server at {base} has no model {model!r}: it has {names}.</source>
            <translation>服务器 {base} 上没有模型 {model!r}：可用的有 {names}。</translation>
        </message>
        <message>
            <source>The server at {base} does not have the model {model!r}{quoted}.</source>
            <translation>服务器 {base} 上没有模型 {model!r}{quoted}。</translation>
        </message>
        <message>
            <source>The question and images are too long for {model} at {base}{quoted}: start it with a longer context, or shorten the question.</source>
            <translation>问题和图片超出了 {base} 上 {model} 的长度限制{quoted}：请用更长的上下文启动模型，或缩短问题。</translation>
        </message>
        <message>
            <source>The model {model!r} at {base} does not accept images{quoted}: choose a vision model, such as qwen2.5vl.</source>
            <translation>{base} 上的模型 {model!r} 不接受图片{quoted}：请选择视觉模型，例如 qwen2.5vl。</translation>
        </message>
        <message>
            <source>{base} is not a chat server: check the address.</source>
            <translation>{base} 不是对话服务器：请检查地址。</translation>
        </message>
        <message>
            <source>The server at {base} is busy{quoted}: try again later.</source>
            <translation>服务器 {base} 繁忙{quoted}：请稍后再试。</translation>
        </message>
        <message>
            <source>The server at {base} sent an incomplete answer: check the address and the server's log.</source>
            <translation>服务器 {base} 的回答不完整：请检查地址和服务器日志。</translation>
        </message>
        <message>
            <source>The server at {base} reported an error{quoted}: check the address and the server's log.</source>
            <translation>服务器 {base} 报告了错误{quoted}：请检查地址和服务器日志。</translation>
        </message>
        <message>
            <source>The server at {base} failed{quoted}: check its log, or try again later.</source>
            <translation>服务器 {base} 出错{quoted}：请查看服务器日志，或稍后再试。</translation>
        </message>
        <message>
            <source>The server at {base} refused the request{quoted}: try another model.</source>
            <translation>服务器 {base} 拒绝了请求{quoted}：请换一个模型。</translation>
        </message>
        <message>
            <source>The server at {base} refused the key from {origin}: check it.</source>
            <translation>服务器 {base} 不接受“{origin}”中的密钥：请检查。</translation>
        </message>
        <message>
            <source>The server at {base} needs an API key: set the environment variable {variable}, or save the key in the keyring (service {service}, user {host}).</source>
            <translation>服务器 {base} 需要 API 密钥：请设置环境变量 {variable}，或将密钥保存到密钥环（服务 {service}，用户 {host}）。</translation>
        </message>
        <message>
            <source>The server at {base} redirects to another page: check the address.</source>
            <translation>服务器 {base} 重定向到了其他页面：请检查地址。</translation>
        </message>
        <message>
            <source>The server at {base} redirects to {target}: enter that address if you trust it.</source>
            <translation>服务器 {base} 重定向到 {target}：如果信任该地址，请改用它。</translation>
        </message>
        <message>
            <source>{names} and {count} more</source>
            <translation>{names} 及另外 {count} 个</translation>
        </message>
        <message>
            <source>Not enough memory to enlarge even {width} × {height} pixels: close other programs, or choose another device or engine.</source>
            <translation>内存不足，连 {width} × {height} 像素也无法放大：请关闭其他程序，或选择其他设备或引擎。</translation>
        </message>
        <message>
            <source>{name} does not support the number format {numbers}: choose auto or {supported}.</source>
            <translation>{name} 不支持数值格式 {numbers}：请选择 auto 或 {supported}。</translation>
        </message>
        <message>
            <source>{name} ran out of memory and continues in smaller parts, a little slower.</source>
            <translation>{name} 内存不足，已改为分小块处理，速度会稍慢。</translation>
        </message>
        <message>
            <source>{name} does not fit into memory: close other programs, or choose another device.</source>
            <translation>内存不足，无法加载 {name}：请关闭其他程序，或选择其他设备。</translation>
        </message>
        <message>
            <source>{name} could not be loaded ({reason}): choose another device, or reinstall cozviewer.</source>
            <translation>无法加载 {name}（{reason}）：请选择其他设备，或重新安装 cozviewer。</translation>
        </message>
        <message>
            <source>Not enough memory for a single run over {width} × {height} pixels: close other programs, or measure with --quick.</source>
            <translation>内存不足，无法一次处理 {width} × {height} 像素：请关闭其他程序，或使用 --quick 测量。</translation>
        </message>
        <message>
            <source>Tile {lost} is missing from the tile cache or cannot be read: try again, or clear the cache with `cozviewer cache clear`.</source>
            <translation>图块缓存中缺少图块 {lost}，或该图块无法读取：请重试，或用 `cozviewer cache clear` 清除缓存。</translation>
        </message>
        <message>
            <source>{reason} could not be deleted: close the windows that show the photo, or see whether the folder may be written, and try again.</source>
            <translation>无法删除 {reason}：请关闭正在显示该图片的窗口，或检查文件夹是否可写，然后重试。</translation>
        </message>
        <message>
            <source>{path} could not be deleted: {reason}.</source>
            <translation>无法删除 {path}：{reason}。</translation>
        </message>
        <message>
            <source>is damaged</source>
            <translation>已损坏</translation>
        </message>
        <message>
            <source>is for another photo or recipe</source>
            <translation>属于另一张图片或另一组生成设置</translation>
        </message>
        <message>
            <source>belongs to another program</source>
            <translation>属于其他程序</translation>
        </message>
        <message>
            <source>was made by another version of cozviewer</source>
            <translation>由其他版本的 cozviewer 创建</translation>
        </message>
        <message>
            <source>The tile cache {path} cannot be read ({reason}).</source>
            <translation>无法读取图块缓存 {path}（{reason}）。</translation>
        </message>
        <message>
            <source>The tile cache {path} is locked by another program; new tiles wait in memory until it is free.</source>
            <translation>图块缓存 {path} 已被其他程序锁定；新图块暂存在内存中，解锁后再写入。</translation>
        </message>
        <message>
            <source>The tile cache {path} cannot be written ({reason}), so new tiles are kept in memory only, until the program ends.</source>
            <translation>无法写入图块缓存 {path}（{reason}），新图块只保留在内存中，退出程序后即丢失。</translation>
        </message>
        <message>
            <source>it is in use by another program</source>
            <translation>正被其他程序占用</translation>
        </message>
        <message>
            <source>The tile cache {name} {reason}, so it was set aside as {aside} and a fresh one begun.</source>
            <translation>图块缓存 {name} {reason}，已改名为 {aside}，并新建缓存。</translation>
        </message>
        <message>
            <source>a {kind} named {name}</source>
            <translation>包含名为 {name} 的 {kind}</translation>
        </message>
        <message>
            <source>no {kind} named {name}</source>
            <translation>缺少名为 {name} 的 {kind}</translation>
        </message>
        <message>
            <source>The tile cache holds broken tiles; they count as missing.</source>
            <translation>图块缓存中有损坏的图块，将按缺失处理。</translation>
        </message>
        <message>
            <source>A session needs the suffix {suffix}: save it as {name}.</source>
            <translation>会话文件的扩展名必须是 {suffix}：请保存为 {name}。</translation>
        </message>
        <message>
            <source>The tiles changed while {name} was being saved: save it again.</source>
            <translation>保存 {name} 时图块发生了变化：请重新保存。</translation>
        </message>
        <message>
            <source>Opening the session was canceled.</source>
            <translation>已取消打开会话。</translation>
        </message>
        <message>
            <source>{path} takes too long to read. It is damaged, or was not saved by cozviewer: get a fresh copy of it.</source>
            <translation>读取 {path} 耗时过长。文件已损坏，或不是由 cozviewer 保存的：请重新获取该文件。</translation>
        </message>
        <message>
            <source>{path} is damaged or incomplete: get a fresh copy of it.</source>
            <translation>{path} 已损坏或不完整：请重新获取该文件。</translation>
        </message>
        <message>
            <source>{name} is not a file: choose a {suffix} file.</source>
            <translation>{name} 不是文件：请选择 {suffix} 文件。</translation>
        </message>
        <message>
            <source>{name} is not a cozviewer session: choose a {suffix} file.</source>
            <translation>{name} 不是 cozviewer 会话：请选择 {suffix} 文件。</translation>
        </message>
        <message>
            <source>{name} cannot be read ({reason}): check the path.</source>
            <translation>无法读取 {name}（{reason}）：请检查路径。</translation>
        </message>
        <message>
            <source>{path} was saved by a newer version of cozviewer: update to open it.</source>
            <translation>{path} 由较新版本的 cozviewer 保存：请更新软件后再打开。</translation>
        </message>
        <message>
            <source>{path} is damaged, or was not saved by cozviewer ({foreign}): get a fresh copy of it.</source>
            <translation>{path} 已损坏，或不是由 cozviewer 保存的（{foreign}）：请重新获取该文件。</translation>
        </message>
        <message>
            <source>The detail in this session was generated by {name}, which is not available here, so only existing detail is shown. {reason}</source>
            <translation>此会话中的细节由 {name} 生成；该模型目前不可用，因此只显示已有的细节。{reason}</translation>
        </message>
        <message>
            <source>The prompts of this session were made by {name}, which is not available here. {reason}</source>
            <translation>此会话的提示词由 {name} 生成；该模型目前不可用。{reason}</translation>
        </message>
        <message>
            <source>{what}: name its file with --source FILE.</source>
            <translation>{what}：请用 --source FILE 指定图片文件。</translation>
        </message>
        <message>
            <source>{what}.</source>
            <translation>{what}。</translation>
        </message>
        <message>
            <source>{path} is not a session, so --source does not apply to it.</source>
            <translation>{path} 不是会话，不能使用 --source。</translation>
        </message>
        <message>
            <source>{path} is a session, which records its page: remove --page.</source>
            <translation>{path} 是会话，其中已记录页码，不能使用 --page。</translation>
        </message>
        <message>
            <source>{path} is a session, which records its tone: remove --tone.</source>
            <translation>{path} 是会话，已包含色调设置，因此 --tone 对其无效。</translation>
        </message>
        <message>
            <source>{width} x {height} pixels</source>
            <translation>{width} × {height} 像素</translation>
        </message>
        <message>
            <source>The photo of {name} is not at {path} ({size})</source>
            <translation>{name} 的图片不在 {path}（{size}）</translation>
        </message>
        <message>
            <source>The photo of {name}, {path}, has changed since then</source>
            <translation>保存会话后，{name} 的图片 {path} 已被更改</translation>
        </message>
        <message>
            <source>{other} is not the photo of {name}, which was {photo} with {size}</source>
            <translation>{other} 不是 {name} 的图片，原图片是 {photo}（{size}）</translation>
        </message>
        <message>
            <source>Enter a magnification such as 400%, ×64 or 4.</source>
            <translation>请输入放大倍率，例如 400%、×64 或 4。</translation>
        </message>
        <message>
            <source>{name} must be a number from 0 to {most}.</source>
            <translation>{name} 必须是 0 到 {most} 之间的数字。</translation>
        </message>
        <message>
            <source>{sentence} To install it, run `pip install 'cozviewer[{extra}]'`.</source>
            <translation>{sentence}如需安装，请运行 `pip install 'cozviewer[{extra}]'`。</translation>
        </message>
        <message>
            <source>{link} is a file on another computer ({host}): copy it to this one, and open the copy.</source>
            <translation>{link} 是另一台计算机（{host}）上的文件：请先复制到本机，再打开副本。</translation>
        </message>
        <message>
            <source>{link} names no file.</source>
            <translation>{link} 没有指向任何文件。</translation>
        </message>
        <message>
            <source>{path} is not the name of a file: check the path.</source>
            <translation>{path} 不是有效的文件名：请检查路径。</translation>
        </message>
        <message>
            <source>The current folder no longer exists, so {path} cannot be found: change to another folder, or give the whole path.</source>
            <translation>当前文件夹已不存在，因此找不到 {path}：请切换到其他文件夹，或输入完整路径。</translation>
        </message>
        <message>
            <source>{path} cannot be used ({reason}): choose another name.</source>
            <translation>无法使用 {path}（{reason}）：请换一个名称。</translation>
        </message>
        <message>
            <source>Stopped: the program is closing.</source>
            <translation>已停止：程序正在关闭。</translation>
        </message>
        <message>
            <source>no answer in time</source>
            <translation>未及时响应</translation>
        </message>
        <message>
            <source>unreadable answers</source>
            <translation>响应无法读取</translation>
        </message>
        <message>
            <source>exit code {code}</source>
            <translation>退出代码 {code}</translation>
        </message>
        <message>
            <source>The system ended {name}, probably because memory ran out. It was started again, and nothing that was drawn is lost; closing other programs helps.</source>
            <translation>系统终止了 {name}，可能是内存不足。它已重新启动，已绘制的内容没有丢失；关闭其他程序会有帮助。</translation>
        </message>
        <message>
            <source>{name} stopped unexpectedly ({reason}). It was started again, and nothing that was drawn is lost.</source>
            <translation>{name} 意外停止（{reason}）。它已重新启动，已绘制的内容没有丢失。</translation>
        </message>
        <message>
            <source>{name} stopped unexpectedly ({reason}).</source>
            <translation>{name} 意外停止（{reason}）。</translation>
        </message>
        <message>
            <source>The system ended {name} twice, probably because memory ran out: close other programs, make the window smaller, or choose another device or engine. Nothing that was drawn is lost.</source>
            <translation>系统两次终止了 {name}，可能是内存不足：请关闭其他程序、缩小窗口，或选择其他设备或引擎。已绘制的内容没有丢失。</translation>
        </message>
        <message>
            <source>{name} stopped unexpectedly twice ({reason}): choose another device, number format or engine. Nothing that was drawn is lost; the log has the details.</source>
            <translation>{name} 两次意外停止（{reason}）：请选择其他设备、数值格式或引擎。已绘制的内容没有丢失；详情见日志。</translation>
        </message>
        <message>
            <source>The process that runs models cannot be started ({reason}): close other programs, or reinstall cozviewer.</source>
            <translation>无法启动运行模型的进程（{reason}）：请关闭其他程序，或重新安装 cozviewer。</translation>
        </message>
        <message>
            <source>{name} takes more memory than an image of its size should: it is damaged; get a fresh copy, or save it as PNG with another program.</source>
            <translation>{name} 占用的内存超出其尺寸应有的范围，文件已损坏：请重新获取文件，或用其他程序另存为 PNG。</translation>
        </message>
        <message>
            <source>{name} takes too long to be read: it is damaged or too large; save it as PNG with another program.</source>
            <translation>读取 {name} 用时过长，文件已损坏或过大：请用其他程序另存为 PNG。</translation>
        </message>
        <message>
            <source>{name} cannot be read: the decoder of {kind} stopped unexpectedly; the file is damaged or too large; get a fresh copy, or save it as PNG.</source>
            <translation>无法读取 {name}：{kind} 解码器意外停止，文件已损坏或过大；请重新获取文件，或另存为 PNG。</translation>
        </message>
        <message>
            <source>Every worker of the cluster ended that worked on a photo.</source>
            <translation>集群中处理照片的工作进程均已终止。</translation>
        </message>
        <message>
            <source>The workers on the cluster end before they have started: {reason}</source>
            <translation>集群上的工作进程在启动前就已终止：{reason}</translation>
        </message>
        <message>
            <source>Node {node} has other model files than this computer: install the same on all nodes.</source>
            <translation>节点 {node} 上的模型文件与本机不同：请在所有节点上安装相同的文件。</translation>
        </message>
        <message>
            <source>Node {node} draws on {device}, others on {usual}: their tiles may differ in the last bits.</source>
            <translation>节点 {node} 在 {device} 上绘制，其他节点在 {usual} 上：其图块的末位可能不同。</translation>
        </message>
        <message>
            <source>{path} cannot be read ({reason}).</source>
            <translation>无法读取 {path}（{reason}）。</translation>
        </message>
        <message>
            <source>The cluster does not answer any more ({reason}): try again.</source>
            <translation>集群不再响应（{reason}）：请重试。</translation>
        </message>
        <message>
            <source>{count} of {total} units failed on the cluster, and {skipped} that depend on them were not drawn; all others are kept: {reason}</source>
            <translation>集群上 {total} 个单元中有 {count} 个失败，依赖它们的 {skipped} 个单元未绘制；其余均已保留：{reason}</translation>
        </message>
        <message>
            <source>Tile {key} is missing from the tile cache.</source>
            <translation>图块缓存中缺少图块 {key}。</translation>
        </message>
        <message>
            <source>What was drawn could not be stored: {reason}</source>
            <translation>无法保存已绘制的内容：{reason}</translation>
        </message>
        <message>
            <source>The tile cache cannot be written, so the work on the cluster has stopped: make room on the disk and start it again; what was stored is kept.</source>
            <translation>无法写入图块缓存，集群上的工作已停止：请腾出磁盘空间后重新开始；已保存的内容会保留。</translation>
        </message>
        <message>
            <source>The photo has a draft of changed prompts, which a cluster cannot draw: keep or discard it first.</source>
            <translation>照片有已更改提示词的草稿，集群无法绘制：请先保留或放弃该草稿。</translation>
        </message>
        <message>
            <source>The dashboard of the cluster is at {address}.</source>
            <translation>集群的仪表板位于 {address}。</translation>
        </message>
        <message>
            <source>The cluster does not answer any more; waiting for it.</source>
            <translation>集群不再响应；正在等待。</translation>
        </message>
        <message>
            <source>The cluster address {address!r} is not understood: use auto, local, local:N or ray://HOST:10001.</source>
            <translation>无法识别集群地址 {address!r}：请使用 auto、local、local:N 或 ray://HOST:10001。</translation>
        </message>
        <message>
            <source>Clusters are not available in this installation: generate on this computer.</source>
            <translation>此安装不支持集群：请在本机上生成。</translation>
        </message>
        <message>
            <source>Another work on a cluster is under way: wait for its end.</source>
            <translation>集群上另一项工作正在进行：请等待其结束。</translation>
        </message>
        <message>
            <source>No Ray cluster answers at {address} ({reason}): start one, or check the address.</source>
            <translation>{address} 处没有 Ray 集群响应（{reason}）：请启动集群，或检查地址。</translation>
        </message>
        <message>
            <source>A local cluster cannot be started after another one was used: start cozviewer anew.</source>
            <translation>使用过其他集群后无法再启动本地集群：请重新启动 cozviewer。</translation>
        </message>
        <message>
            <source>No node of the cluster has room for a worker with {cpus} cores and {gpus} GPUs: ask for less.</source>
            <translation>集群中没有节点能容纳需要 {cpus} 个内核和 {gpus} 个 GPU 的工作进程：请减少要求。</translation>
        </message>
        <message>
            <source>Tile {key} was damaged on its way from a node.</source>
            <translation>图块 {key} 在从节点传输时损坏。</translation>
        </message>
        <message>
            <source>{name} is not on this node any more: try again.</source>
            <translation>{name} 已不在此节点上：请重试。</translation>
        </message>
        <message>
            <source>the disk is full</source>
            <translation>磁盘已满</translation>
        </message>
        <message>
            <source>{name} was damaged on its way to a node: try again.</source>
            <translation>{name} 在传输到节点时损坏：请重试。</translation>
        </message>
        <message>
            <source>{name} is not a valid name.</source>
            <translation>{name} 不是有效的名称。</translation>
        </message>
        <message>
            <source>{name} ({size}) cannot be kept on a node ({reason}): make room in {folder}.</source>
            <translation>{name}（{size}）无法保存在节点上（{reason}）：请在 {folder} 中腾出空间。</translation>
        </message>
        <message>
            <source>(not installed)</source>
            <translation>（未安装）</translation>
        </message>
        <message>
            <source>Node {node} has {name} {there}, this computer {here}: install the same version on all.</source>
            <translation>节点 {node} 的 {name} 为 {there}，本机为 {here}：请在所有机器上安装相同版本。</translation>
        </message>
        <message>
            <source>Node {node}: {sentence}</source>
            <translation>节点 {node}：{sentence}</translation>
        </message>
        <message>
            <source>The models on the node are not those of this computer.</source>
            <translation>节点上的模型与本机的不同。</translation>
        </message>
        <message>
            <source>The pixels of {name} differ on node {node}.</source>
            <translation>{name} 的像素在节点 {node} 上不同。</translation>
        </message>
        <message>
            <source>Its map coordinates are not read, which needs the package {package} (pip install cozviewer[{extra}]).</source>
            <translation>未读取其地图坐标，需要安装 {package}（pip install cozviewer[{extra}]）。</translation>
        </message>
        <message>
            <source>A part of {name} is damaged ({reason}): get a fresh copy of it.</source>
            <translation>{name} 的一部分已损坏（{reason}）：请重新获取该文件。</translation>
        </message>
        <message>
            <source>A part of {name} cannot be read: the decoder of {kind} stopped unexpectedly; the file is damaged or too large; get a fresh copy, or save it as TIFF.</source>
            <translation>无法读取 {name} 的一部分：{kind} 解码器意外停止，文件已损坏或过大；请重新获取文件，或另存为 TIFF。</translation>
        </message>
        <message>
            <source>A part of {name} takes too long to be read: it is damaged or too large; save it as TIFF with another program.</source>
            <translation>读取 {name} 的一部分耗时过长，文件已损坏或过大：请用其他程序另存为 TIFF。</translation>
        </message>
        <message>
            <source>There is not enough memory to read {name}: close other programs.</source>
            <translation>内存不足，无法读取 {name}：请关闭其他程序。</translation>
        </message>
        <message>
            <source>A part of {name} cannot be read ({reason}): the file is damaged or has changed; reload it, or get a fresh copy.</source>
            <translation>无法读取 {name} 的一部分（{reason}），文件已损坏或已更改：请重新载入，或重新获取该文件。</translation>
        </message>
        <message>
            <source>{name} is prepared in the cache folder, which failed ({reason}): free some space, or choose another cache folder.</source>
            <translation>无法在缓存文件夹中准备 {name}（{reason}）：请清理磁盘空间，或选择其他缓存文件夹。</translation>
        </message>
        <message>
            <source>{name} needs {needed} on the disk of the cache folder while it is open, at most half of what is free, and {free} are free in {folder}: free some space, or choose another cache folder.</source>
            <translation>{name} 打开期间需占用缓存文件夹所在磁盘 {needed}，且最多只能使用可用空间的一半，而 {folder} 仅剩 {free}：请清理磁盘空间，或选择其他缓存文件夹。</translation>
        </message>
        <message>
            <source>{name} is damaged or incomplete ({reason}): get a fresh copy of it.</source>
            <translation>{name} 已损坏或不完整（{reason}）：请重新获取该文件。</translation>
        </message>
        <message>
            <source>{name} is too large to be read into memory, and {compression} tiles of TIFF cannot be read in this installation.</source>
            <translation>{name} 过大，无法读入内存，且当前安装的版本无法读取 {compression} 压缩的 TIFF 图块。</translation>
        </message>
        <message>
            <source>The width of a window must be above 1, not {width}.</source>
            <translation>窗宽必须大于 1，当前为 {width}。</translation>
        </message>
        <message>
            <source>A window goes from a number to a larger one, not from {low} to {high}.</source>
            <translation>窗口（window）的下限必须小于上限，当前为 {low} 至 {high}。</translation>
        </message>
        <message>
            <source>Gamma must be between {least} and {most}.</source>
            <translation>Gamma 必须在 {least} 到 {most} 之间。</translation>
        </message>
        <message>
            <source>{stretch} is not a stretch: choose one of {stretches}.</source>
            <translation>{stretch} 不是有效的拉伸方式：请选择 {stretches} 之一。</translation>
        </message>
        <message>
            <source>Exposure must be between -{most} and +{most} stops.</source>
            <translation>曝光必须在 -{most} 到 +{most} 档之间。</translation>
        </message>
        <message>
            <source>Bands are one number for grey, or three for red, green and blue, from 1.</source>
            <translation>波段可填一个数字（灰度），或三个数字（红、绿、蓝），从 1 开始编号。</translation>
        </message>
        <message>
            <source>{part} is not a tone: write for example window=0:4095,gamma=2.2,stretch=asinh,exposure=+1,bands=4:3:2,inverted (or center=40,width=400).</source>
            <translation>{part} 不是有效的色调设置：请写成例如 window=0:4095,gamma=2.2,stretch=asinh,exposure=+1,bands=4:3:2,inverted（或 center=40,width=400）。</translation>
        </message>
        <message>
            <source>The folder {folder} is not a complete {title}, its part {part} is missing: choose a folder in the layout of {hub}, or download it again.</source>
            <translation>文件夹 {folder} 中的 {title} 不完整，缺少组件 {part}：请选择与 {hub} 结构相同的文件夹，或重新下载。</translation>
        </message>
        <message>
            <source>The {title} folder {base} does not exist: choose another folder, or the name {hub}.</source>
            <translation>{title} 文件夹 {base} 不存在：请选择其他文件夹，或使用名称 {hub}。</translation>
        </message>
        <message>
            <source>{base} is not on this computer: download the model {model}, or choose a folder that has it.</source>
            <translation>这台电脑上没有 {base}：请下载模型 {model}，或选择已有该模型的文件夹。</translation>
        </message>
        <message>
            <source>the base has no layer {layer}</source>
            <translation>基础模型没有 {layer} 层</translation>
        </message>
        <message>
            <source>it has no LoRA for the UNet</source>
            <translation>没有用于 UNet 的 LoRA</translation>
        </message>
        <message>
            <source>it has unknown weights: {name}</source>
            <translation>含有未知权重：{name}</translation>
        </message>
        <message>
            <source>{name} is missing or damaged</source>
            <translation>{name} 缺失或已损坏</translation>
        </message>
        <message>
            <source>it has only one of the two LoRAs</source>
            <translation>只有两个 LoRA 中的一个</translation>
        </message>
        <message>
            <source>The strength {strength} is not between 0 and {largest:g}.</source>
            <translation>强度 {strength} 不在 0 到 {largest:g} 之间。</translation>
        </message>
        <message>
            <source>The file {path} does not exist: check the path.</source>
            <translation>文件 {path} 不存在：请检查路径。</translation>
        </message>
        <message>
            <source>it has no model</source>
            <translation>其中没有模型</translation>
        </message>
        <message>
            <source>it has no LoRA for RAM</source>
            <translation>没有用于 RAM 的 LoRA</translation>
        </message>
        <message>
            <source>The file {path} cannot be used by the prompter tags, {reason}: download it again, or choose another.</source>
            <translation>提示词来源 tags 无法使用文件 {path}（{reason}）：请重新下载，或选择其他文件。</translation>
        </message>
        <message>
            <source>The file {path} contains executable code and was blocked: get it from its authors.</source>
            <translation>文件 {path} 含有可执行代码，已阻止加载：请从作者处获取该文件。</translation>
        </message>
        <message>
            <source>{tags} tags, {thresholds} thresholds</source>
            <translation>{tags} 个标签，{thresholds} 个阈值</translation>
        </message>
        <message>
            <source>a threshold is not from 0 to 1</source>
            <translation>有阈值不在 0 到 1 之间</translation>
        </message>
        <message>
            <source>The prompter tags needs the file {name}: get it from {page} and choose it, or put it into the folder {folder} of the models.</source>
            <translation>提示词来源 tags 需要文件 {name}：请从 {page} 获取并选择该文件，或将其放入模型文件夹 {folder}。</translation>
        </message>
        <message>
            <source>it is too large</source>
            <translation>文件过大</translation>
        </message>
        <message>
            <source>it is not a text file</source>
            <translation>不是文本文件</translation>
        </message>
        <message>
            <source>The list {path} cannot be used ({reason}): get it again.</source>
            <translation>无法使用列表 {path}（{reason}）：请重新获取。</translation>
        </message>
        <message>
            <source>The list {path} has {listed} tags and the file {ram} has {tags}: choose the list that belongs to it.</source>
            <translation>列表 {path} 有 {listed} 个标签，而文件 {ram} 有 {tags} 个：请选择与其配套的列表。</translation>
        </message>
        <message>
            <source>This edition of cozviewer has no device {wanted!r}: choose auto or cpu, or install the full edition.</source>
            <translation>此版本的 cozviewer 没有设备 {wanted!r}：请选择 auto 或 cpu，或安装完整版。</translation>
        </message>
        <message>
            <source>{name} needs PyTorch, which this edition of cozviewer does not contain: install the full edition, or choose Real-ESRGAN.</source>
            <translation>{name} 需要 PyTorch，而此版本的 cozviewer 不含 PyTorch：请安装完整版，或选择 Real-ESRGAN。</translation>
        </message>
        <message>
            <source>{name} returned an image of the wrong size: choose another engine.</source>
            <translation>{name} 返回的图像尺寸不正确：请选择其他引擎。</translation>
        </message>
        <message>
            <source>The detection of text and faces</source>
            <translation>文字和人脸检测</translation>
        </message>
        <message>
            <source>Sending {name} ({size}) to node {node}.</source>
            <translation>正在将 {name}（{size}）发送到节点 {node}。</translation>
        </message>
        <message>
            <source>{path} has been changed while it was sent: try again.</source>
            <translation>{path} 在发送过程中被更改：请重试。</translation>
        </message>
    </context>
    <context>
        <name>Export</name>
        <message>
            <source>Writing {name}</source>
            <translation>正在写入 {name}</translation>
        </message>
        <message>
            <source>Signing {name}</source>
            <translation>正在为 {name} 签名</translation>
        </message>
        <message>
            <source>saving {name}</source>
            <translation>保存 {name}</translation>
        </message>
        <message>
            <source>Export of “{name}” was interrupted.</source>
            <translation>“{name}”的导出已中断。</translation>
        </message>
        <message>
            <source>Resume</source>
            <translation>继续</translation>
        </message>
        <message>
            <source>There is no interrupted export of this photo with these settings.</source>
            <translation>此照片没有使用这些设置的未完成导出。</translation>
        </message>
        <message>
            <source>Previous view</source>
            <translation>上一视图</translation>
        </message>
        <message>
            <source>Bookmark “{name}”</source>
            <translation>书签“{name}”</translation>
        </message>
        <message>
            <source>Exported {path}.</source>
            <translation>已导出 {path}。</translation>
        </message>
        <message>
            <source>Export canceled. “{name}” was not written.</source>
            <translation>已取消导出，未写入“{name}”。</translation>
        </message>
        <message>
            <source>Export</source>
            <translation>导出</translation>
        </message>
        <message>
            <source>Save the whole photo at 2, 4, 8 or 16 times its size</source>
            <translation>将整张照片放大到 2、4、8 或 16 倍并保存</translation>
        </message>
        <message>
            <source>Include map coordinates</source>
            <translation>包含地图坐标</translation>
        </message>
        <message>
            <source>As tags of TIFF, or in a world file beside the photo</source>
            <translation>写入 TIFF 标签，或写入图片旁的坐标文件（world file）</translation>
        </message>
        <message>
            <source>Add “AI-generated detail” label</source>
            <translation>添加“由 AI 生成的细节”标注</translation>
        </message>
        <message>
            <source>Add scale bar</source>
            <translation>添加比例尺</translation>
        </message>
        <message>
            <source>Transparency</source>
            <translation>透明</translation>
        </message>
        <message>
            <source>Whole photo</source>
            <translation>整张照片</translation>
        </message>
        <message>
            <source>What to export</source>
            <translation>导出内容</translation>
        </message>
        <message>
            <source>Size</source>
            <translation>尺寸</translation>
        </message>
        <message>
            <source>Format</source>
            <translation>格式</translation>
        </message>
        <message>
            <source>File</source>
            <translation>文件</translation>
        </message>
        <message numerus="yes">
            <source>%n tile(s)</source>
            <translation>
                <numerusform>%n 个图块</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>up to %n tile(s)</source>
            <translation>
                <numerusform>最多 %n 个图块</numerusform>
            </translation>
        </message>
        <message>
            <source>about {time}</source>
            <translation>约 {time}</translation>
        </message>
        <message>
            <source>Generate missing detail first ({amount})</source>
            <translation>先生成缺失的细节（{amount}）</translation>
        </message>
        <message>
            <source>{width} × {height} pixels</source>
            <translation>{width} × {height} 像素</translation>
        </message>
        <message>
            <source>{number} megapixels</source>
            <translation>{number} 百万像素</translation>
        </message>
        <message>
            <source>up to {size}</source>
            <translation>最大 {size}</translation>
        </message>
        <message>
            <source>Export As</source>
            <translation>导出为</translation>
        </message>
        <message>
            <source>{text}, {more}</source>
            <translation>{text}，{more}</translation>
        </message>
        <message>
            <source>Export Zoom Video</source>
            <translation>导出缩放视频</translation>
        </message>
        <message>
            <source>{width} × {height} (window)</source>
            <translation>{width} × {height}（窗口）</translation>
        </message>
        <message>
            <source>{rate} fps</source>
            <translation>{rate} 帧/秒</translation>
        </message>
        <message>
            <source>Frame rate</source>
            <translation>帧率</translation>
        </message>
        <message>
            <source> s</source>
            <translation> 秒</translation>
        </message>
        <message>
            <source>Length of the video, including a hold of one second where the zoom ends</source>
            <translation>视频时长，包括缩放到终点后停留的 1 秒</translation>
        </message>
        <message>
            <source>Zoom back out at the end</source>
            <translation>结尾再缩小回起点</translation>
        </message>
        <message>
            <source>Show magnification and engine as caption</source>
            <translation>在字幕中显示放大倍率和引擎</translation>
        </message>
        <message>
            <source>From</source>
            <translation>起点</translation>
        </message>
        <message>
            <source>To</source>
            <translation>终点</translation>
        </message>
        <message>
            <source>Current view</source>
            <translation>当前视图</translation>
        </message>
        <message>
            <source>Length</source>
            <translation>时长</translation>
        </message>
        <message>
            <source>Start and end are the same. Zoom in first.</source>
            <translation>起点与终点相同，请先放大。</translation>
        </message>
        <message numerus="yes">
            <source>%n frame(s), {seconds} s, up to {size}.</source>
            <translation>
                <numerusform>%n 帧，{seconds} 秒，最大 {size}。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n missing tile(s) will be generated first (about {time}).</source>
            <translation>
                <numerusform>将先生成 %n 个缺失的图块（约 {time}）。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n missing tile(s) will be generated first.</source>
            <translation>
                <numerusform>将先生成 %n 个缺失的图块。</numerusform>
            </translation>
        </message>
        <message>
            <source>{width} × {height} (square)</source>
            <translation>{width} × {height}（方形）</translation>
        </message>
        <message>
            <source>{width} × {height} (portrait)</source>
            <translation>{width} × {height}（竖屏）</translation>
        </message>
        <message>
            <source>{width} × {height}</source>
            <translation>{width} × {height}</translation>
        </message>
        <message>
            <source>Whole photo at {level}</source>
            <translation>{level} 整张照片</translation>
        </message>
        <message>
            <source>Visible area at {level}</source>
            <translation>{level} 可见区域</translation>
        </message>
        <message numerus="yes">
            <source>Zoom sequence (%n image(s) side by side)</source>
            <translation>
                <numerusform>缩放序列（%n 张图并排）</numerusform>
            </translation>
        </message>
        <message>
            <source>Comparison as shown</source>
            <translation>当前对比画面</translation>
        </message>
        <message>
            <source>{what} (original pixels)</source>
            <translation>{what}（原始像素）</translation>
        </message>
        <message>
            <source>Quality</source>
            <translation>质量</translation>
        </message>
        <message>
            <source>Attach Content Credentials (C2PA)</source>
            <translation>附加内容凭据（C2PA）</translation>
        </message>
        <message>
            <source>PEM files</source>
            <translation>PEM 文件</translation>
        </message>
        <message>
            <source>All files</source>
            <translation>所有文件</translation>
        </message>
        <message>
            <source>Choose the Certificate</source>
            <translation>选择证书</translation>
        </message>
        <message>
            <source>Certificate chain (.pem)</source>
            <translation>证书链（.pem）</translation>
        </message>
        <message>
            <source>Choose the Private Key</source>
            <translation>选择私钥</translation>
        </message>
        <message>
            <source>Unencrypted private key (.pem)</source>
            <translation>未加密的私钥（.pem）</translation>
        </message>
        <message>
            <source>Certificate</source>
            <translation>证书</translation>
        </message>
        <message>
            <source>Private key</source>
            <translation>私钥</translation>
        </message>
        <message>
            <source>Replace File?</source>
            <translation>替换文件？</translation>
        </message>
        <message>
            <source>{name} already exists. Replace it?</source>
            <translation>{name} 已存在。要替换吗？</translation>
        </message>
        <message>
            <source>Replace Files?</source>
            <translation>替换文件？</translation>
        </message>
        <message>
            <source>{names} and {last} already exist. Replace them?</source>
            <translation>{names} 和 {last} 已存在。要替换这些文件吗？</translation>
        </message>
        <message>
            <source>Replace</source>
            <translation>替换</translation>
        </message>
        <message>
            <source>{format} has no transparency: transparent parts are saved on white.</source>
            <translation>{format} 不支持透明：透明部分将以白色背景保存。</translation>
        </message>
        <message>
            <source>Generate on the cluster ({address})</source>
            <translation>在集群上生成（{address}）</translation>
        </message>
        <message>
            <source>The computers of a Ray cluster generate the missing detail together.</source>
            <translation>由 Ray 集群的多台计算机共同生成缺少的细节。</translation>
        </message>
        <message>
            <source>Keep</source>
            <translation>保留</translation>
        </message>
        <message>
            <source>White background</source>
            <translation>白色背景</translation>
        </message>
        <message>
            <source>Black background</source>
            <translation>黑色背景</translation>
        </message>
        <message>
            <source>Sheets show transparent parts on white or as on the screen.</source>
            <translation>拼图中的透明部分以白色背景显示，或与屏幕显示一致。</translation>
        </message>
    </context>
    <context>
        <name>Files</name>
        <message>
            <source>Open the original photo “{photo}”, then drop “{name}” again to go to the place that it shows.</source>
            <translation>请先打开原始照片“{photo}”，再次拖入“{name}”即可转到其所示位置。</translation>
        </message>
        <message>
            <source>Open the original photo, then drop “{name}” again to go to the place that it shows.</source>
            <translation>请先打开原始照片，再次拖入“{name}”即可转到其所示位置。</translation>
        </message>
        <message>
            <source>“{name}” does not belong to this version of “{photo}”. Open the right one, then drop it again.</source>
            <translation>“{name}”与“{photo}”的当前版本不符。请打开正确的版本，再重新拖入。</translation>
        </message>
        <message>
            <source>Went to the place shown in “{name}” ({magnification}).</source>
            <translation>已转到“{name}”所示位置（{magnification}）。</translation>
        </message>
        <message>
            <source>“{name}” was changed by another program.</source>
            <translation>“{name}”已被其他程序修改。</translation>
        </message>
        <message>
            <source>“{name}” was moved or deleted. Still showing the loaded copy.</source>
            <translation>“{name}”已被移动或删除，当前显示的是已载入的副本。</translation>
        </message>
        <message>
            <source>Images and Sessions ({patterns});;All Files (*)</source>
            <translation>图像和会话 ({patterns});;所有文件 (*)</translation>
        </message>
        <message>
            <source>Open Images or Session</source>
            <translation>打开图像或会话</translation>
        </message>
        <message>
            <source>Previous photo (Page Up)</source>
            <translation>上一张照片（Page Up）</translation>
        </message>
        <message>
            <source>Next photo (Page Down)</source>
            <translation>下一张照片（Page Down）</translation>
        </message>
        <message numerus="yes">
            <source>Drop to open %n file(s)</source>
            <translation>
                <numerusform>松开即可打开 %n 个文件</numerusform>
            </translation>
        </message>
        <message>
            <source>Drop to open</source>
            <translation>松开即可打开</translation>
        </message>
        <message>
            <source>Image from {host}</source>
            <translation>来自 {host} 的图片</translation>
        </message>
        <message>
            <source>detail beyond 100% is AI-generated and may not be real</source>
            <translation>超过 100% 的细节由 AI 生成，可能与实际不符</translation>
        </message>
        <message>
            <source>Pasted image</source>
            <translation>粘贴的图像</translation>
        </message>
        <message>
            <source>The clipboard holds no image. Copy an image, a file or a link to an image first.</source>
            <translation>剪贴板中没有图片。请先复制图像、图像文件或图像链接。</translation>
        </message>
        <message>
            <source>Dropped image</source>
            <translation>拖入的图像</translation>
        </message>
        <message>
            <source>What was dropped is not an image. Save the image first, and open its file.</source>
            <translation>拖入的内容不是图片。请先保存图片，再打开图片文件。</translation>
        </message>
        <message>
            <source>comparison</source>
            <translation>对比视图</translation>
        </message>
        <message>
            <source>original photo</source>
            <translation>原始照片</translation>
        </message>
        <message>
            <source>enlarged, no detail added</source>
            <translation>仅放大，未添加细节</translation>
        </message>
        <message>
            <source>draft of generated detail</source>
            <translation>生成细节的预览稿</translation>
        </message>
        <message>
            <source>detail not fully generated</source>
            <translation>细节尚未完全生成</translation>
        </message>
        <message>
            <source>generated detail</source>
            <translation>生成的细节</translation>
        </message>
        <message>
            <source>Copied the view ({magnification}, {detail}).</source>
            <translation>已复制视图（{magnification}，{detail}）。</translation>
        </message>
        <message>
            <source>Print View</source>
            <translation>打印视图</translation>
        </message>
        <message>
            <source>The view could not be printed: check the printer, or print to a file.</source>
            <translation>无法打印视图：请检查打印机，或打印到文件。</translation>
        </message>
        <message>
            <source>Printed the view to {path}.</source>
            <translation>已将视图打印到 {path}。</translation>
        </message>
        <message>
            <source>Sent the view to the printer {name}.</source>
            <translation>已将视图发送到打印机 {name}。</translation>
        </message>
        <message>
            <source>This is the first page.</source>
            <translation>已是第一页。</translation>
        </message>
        <message>
            <source>This is the last page.</source>
            <translation>已是最后一页。</translation>
        </message>
        <message>
            <source>Reload</source>
            <translation>重新载入</translation>
        </message>
        <message>
            <source>Opening {name}</source>
            <translation>正在打开 {name}</translation>
        </message>
        <message>
            <source>Images ({patterns});;All Files (*)</source>
            <translation>图像 ({patterns});;所有文件 (*)</translation>
        </message>
        <message>
            <source>Opening {name} was canceled.</source>
            <translation>已取消打开 {name}。</translation>
        </message>
        <message>
            <source>Downloading {name}</source>
            <translation>正在下载 {name}</translation>
        </message>
        <message>
            <source>Preparing {name}</source>
            <translation>正在准备 {name}</translation>
        </message>
        <message>
            <source>Very Large Image</source>
            <translation>超大图像</translation>
        </message>
        <message>
            <source>Locate the Photo</source>
            <translation>查找照片</translation>
        </message>
        <message>
            <source>The session is fine, but its photo was moved or renamed.</source>
            <translation>会话文件完好，但其中的照片已被移动或重命名。</translation>
        </message>
        <message>
            <source>Choose Photo…</source>
            <translation>选择照片…</translation>
        </message>
        <message>
            <source>Photo of {name}</source>
            <translation>{name} 的照片</translation>
        </message>
        <message>
            <source>Page {page} of {pages}.</source>
            <translation>第 {page} 页，共 {pages} 页。</translation>
        </message>
    </context>
    <context>
        <name>Help</name>
        <message>
            <source>About cozviewer</source>
            <translation>关于 cozviewer</translation>
        </message>
        <message>
            <source>Zoom into any photo, without limits.</source>
            <translation>任何照片，无限放大。</translation>
        </message>
        <message>
            <source>Beyond 100%, detail is generated by an AI upscaler, level by level. The method is Chain-of-Zoom (Kim, Jang, Ye; arXiv 2505.18600).</source>
            <translation>超过 100% 后，细节由 AI 放大模型逐级生成。所用方法为 Chain-of-Zoom（Kim、Jang、Ye；arXiv 2505.18600）。</translation>
        </message>
        <message>
            <source>Detail beyond 100% is AI-generated and may not be real. The status bar always shows what is original and what is generated.</source>
            <translation>超过 100% 的细节由 AI 生成，未必真实。状态栏始终标明哪些是原始内容，哪些是生成内容。</translation>
        </message>
        <message>
            <source>cozviewer is free software under the MIT licence.</source>
            <translation>cozviewer 是自由软件，采用 MIT 许可证。</translation>
        </message>
        <message>
            <source>About</source>
            <translation>关于</translation>
        </message>
        <message>
            <source>Versions and Folders</source>
            <translation>版本和文件夹</translation>
        </message>
        <message>
            <source>Licences</source>
            <translation>许可证</translation>
        </message>
        <message>
            <source>&amp;Copy</source>
            <translation>复制(&amp;C)</translation>
        </message>
        <message>
            <source>Copy versions and folders</source>
            <translation>复制版本和文件夹信息</translation>
        </message>
        <message>
            <source>Unexpected Error</source>
            <translation>意外错误</translation>
        </message>
        <message>
            <source>An unexpected error occurred and the last action was not completed. You can continue.</source>
            <translation>发生意外错误，上一步操作未完成。你可以继续使用。</translation>
        </message>
        <message>
            <source>Show &amp;Details</source>
            <translation>显示详细信息(&amp;D)</translation>
        </message>
        <message>
            <source>&amp;Copy Details</source>
            <translation>复制详细信息(&amp;C)</translation>
        </message>
        <message>
            <source>Show &amp;Log</source>
            <translation>显示日志(&amp;L)</translation>
        </message>
        <message numerus="yes">
            <source>%n error(s) so far.</source>
            <translation>
                <numerusform>目前共 %n 个错误。</numerusform>
            </translation>
        </message>
        <message>
            <source>Keyboard Shortcuts</source>
            <translation>键盘快捷键</translation>
        </message>
        <message>
            <source>Search</source>
            <translation>搜索</translation>
        </message>
        <message>
            <source>Mouse and Other Keys</source>
            <translation>鼠标和其他按键</translation>
        </message>
        <message>
            <source>C&amp;hange…</source>
            <translation>更改(&amp;H)…</translation>
        </message>
        <message>
            <source>Wheel, pinch, Ctrl + two fingers</source>
            <translation>滚轮、双指捏合、Ctrl + 双指滑动</translation>
        </message>
        <message>
            <source>Zoom at the pointer</source>
            <translation>以指针为中心缩放</translation>
        </message>
        <message>
            <source>Drag, two fingers, arrow keys</source>
            <translation>拖动、双指滑动、方向键</translation>
        </message>
        <message>
            <source>Move</source>
            <translation>移动</translation>
        </message>
        <message>
            <source>Ctrl+drag</source>
            <translation>Ctrl+拖动</translation>
        </message>
        <message>
            <source>Window width (sideways) and center, with the Tone panel</source>
            <translation>调整窗宽（左右拖动）和窗位，需打开色调面板</translation>
        </message>
        <message>
            <source>Shift+arrow keys</source>
            <translation>Shift+方向键</translation>
        </message>
        <message>
            <source>Move by the whole view</source>
            <translation>移动一整屏</translation>
        </message>
        <message>
            <source>Space, Backspace</source>
            <translation>空格、Backspace</translation>
        </message>
        <message>
            <source>Next, previous photo</source>
            <translation>下一张、上一张照片</translation>
        </message>
        <message>
            <source>Mouse buttons 4, 5</source>
            <translation>鼠标侧键</translation>
        </message>
        <message>
            <source>Back, forward</source>
            <translation>后退、前进</translation>
        </message>
        <message>
            <source>Right mouse button</source>
            <translation>鼠标右键</translation>
        </message>
        <message>
            <source>Open the menu of the image</source>
            <translation>打开图像菜单</translation>
        </message>
        <message>
            <source>Double-click</source>
            <translation>双击</translation>
        </message>
        <message>
            <source>Zoom in 2× (with Alt or Shift: out)</source>
            <translation>放大 2×（按住 Alt 或 Shift 则缩小）</translation>
        </message>
        <message>
            <source>Esc</source>
            <translation>Esc</translation>
        </message>
        <message>
            <source>Stop generating; close a message; leave full screen</source>
            <translation>停止生成；关闭消息；退出全屏</translation>
        </message>
        <message>
            <source>Ctrl+Enter</source>
            <translation>Ctrl+Enter</translation>
        </message>
        <message>
            <source>Regenerate with the edited prompt</source>
            <translation>用编辑后的提示词重新生成</translation>
        </message>
        <message>
            <source>Hold B</source>
            <translation>按住 B</translation>
        </message>
        <message>
            <source>See the other image of a comparison (blink)</source>
            <translation>查看对比中的另一幅图像（闪烁对比）</translation>
        </message>
        <message>
            <source>A, B, S</source>
            <translation>A、B、S</translation>
        </message>
        <message>
            <source>Rate in a blind test: A, B, no difference</source>
            <translation>盲测评分：选 A、选 B、无差别</translation>
        </message>
        <message>
            <source>Move the view</source>
            <translation>移动视图</translation>
        </message>
        <message>
            <source>Rate in a blind test</source>
            <translation>盲测评分</translation>
        </message>
        <message>
            <source>Stop generating; leave full screen</source>
            <translation>停止生成；退出全屏</translation>
        </message>
        <message>
            <source>Hold to see the other image (blink)</source>
            <translation>按住可查看另一幅图像（闪烁对比）</translation>
        </message>
        <message>
            <source>Go to the next control</source>
            <translation>转到下一个控件</translation>
        </message>
    </context>
    <context>
        <name>Info</name>
        <message>
            <source>Histogram</source>
            <translation>直方图</translation>
        </message>
        <message>
            <source>Clipped shadows: pixels with a channel at 0</source>
            <translation>阴影剪切：有通道值为 0 的像素</translation>
        </message>
        <message>
            <source>Clipped highlights: pixels with a channel at 255</source>
            <translation>高光剪切：有通道值为 255 的像素</translation>
        </message>
        <message>
            <source>Counted in an overview</source>
            <translation>基于概览图统计</translation>
        </message>
        <message>
            <source>The photo is too large to count all of its pixels: an overview was counted, in which extreme values are rarer</source>
            <translation>照片过大，无法统计全部像素，因此只统计了概览图，其中极端值偏少</translation>
        </message>
        <message>
            <source>Whole photo</source>
            <translation>整张照片</translation>
        </message>
        <message>
            <source>Count the whole photo rather than this view</source>
            <translation>统计整张照片，而不只是当前视图</translation>
        </message>
        <message>
            <source>Log scale</source>
            <translation>对数刻度</translation>
        </message>
        <message>
            <source>Make rare values visible</source>
            <translation>让占比很小的值也清晰可见</translation>
        </message>
        <message>
            <source>{percent} at 0</source>
            <translation>值为 0：{percent}</translation>
        </message>
        <message>
            <source>{percent} at 255</source>
            <translation>值为 255：{percent}</translation>
        </message>
        <message>
            <source>{value}: {part}</source>
            <translation>{value}：{part}</translation>
        </message>
        <message>
            <source>R {red}  G {green}  B {blue}</source>
            <translation>R {red}  G {green}  B {blue}</translation>
        </message>
        <message>
            <source>File</source>
            <translation>文件</translation>
        </message>
        <message>
            <source>Made with cozviewer</source>
            <translation>由 cozviewer 制作</translation>
        </message>
        <message>
            <source>This view</source>
            <translation>当前视图</translation>
        </message>
        <message>
            <source>Pixel under the pointer</source>
            <translation>指针处的像素</translation>
        </message>
        <message>
            <source>Camera</source>
            <translation>相机</translation>
        </message>
        <message>
            <source>Info</source>
            <translation>信息</translation>
        </message>
        <message>
            <source>Copy</source>
            <translation>复制</translation>
        </message>
        <message>
            <source>Copy all of it as text</source>
            <translation>以文本形式复制全部信息</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>名称</translation>
        </message>
        <message>
            <source>Folder</source>
            <translation>文件夹</translation>
        </message>
        <message>
            <source>{width} × {height} px · {count} MP</source>
            <translation>{width} × {height} · {count} 百万像素</translation>
        </message>
        <message>
            <source>Dimensions</source>
            <translation>尺寸</translation>
        </message>
        <message>
            <source>Tone</source>
            <translation>色调</translation>
        </message>
        <message>
            <source>Pixel size</source>
            <translation>像素大小</translation>
        </message>
        <message>
            <source>Coordinates</source>
            <translation>坐标系</translation>
        </message>
        <message>
            <source>Access</source>
            <translation>读取方式</translation>
        </message>
        <message>
            <source>Read from disk as needed</source>
            <translation>按需从磁盘读取</translation>
        </message>
        <message>
            <source>File size</source>
            <translation>文件大小</translation>
        </message>
        <message>
            <source>Format</source>
            <translation>格式</translation>
        </message>
        <message>
            <source>Colour</source>
            <translation>颜色</translation>
        </message>
        <message>
            <source>Profile</source>
            <translation>颜色配置文件</translation>
        </message>
        <message>
            <source>Type</source>
            <translation>类型</translation>
        </message>
        <message>
            <source>Taken</source>
            <translation>拍摄时间</translation>
        </message>
        <message>
            <source>Lens</source>
            <translation>镜头</translation>
        </message>
        <message>
            <source>Exposure</source>
            <translation>曝光</translation>
        </message>
        <message>
            <source>ISO</source>
            <translation>ISO</translation>
        </message>
        <message>
            <source>Focal length</source>
            <translation>焦距</translation>
        </message>
        <message>
            <source>Flash</source>
            <translation>闪光灯</translation>
        </message>
        <message>
            <source>Caption</source>
            <translation>说明</translation>
        </message>
        <message>
            <source>Artist</source>
            <translation>作者</translation>
        </message>
        <message>
            <source>Copyright</source>
            <translation>版权</translation>
        </message>
        <message>
            <source>Software</source>
            <translation>软件</translation>
        </message>
        <message>
            <source>Location</source>
            <translation>拍摄地点</translation>
        </message>
        <message>
            <source>Contents</source>
            <translation>内容</translation>
        </message>
        <message>
            <source>Engine</source>
            <translation>引擎</translation>
        </message>
        <message>
            <source>From photo</source>
            <translation>源照片</translation>
        </message>
        <message>
            <source>Zoom</source>
            <translation>放大倍率</translation>
        </message>
        <message>
            <source>Centre</source>
            <translation>中心</translation>
        </message>
        <message>
            <source>Partly borrowed from elsewhere in the photo</source>
            <translation>部分取自照片的其他位置</translation>
        </message>
        <message>
            <source>Texture</source>
            <translation>纹理</translation>
        </message>
        <message>
            <source>Prompt {step}</source>
            <translation>提示词 {step}</translation>
        </message>
        <message>
            <source>A draft is shown until the detail is generated</source>
            <translation>细节生成前先显示预览稿</translation>
        </message>
        <message>
            <source>Draft</source>
            <translation>预览稿</translation>
        </message>
        <message>
            <source>Position</source>
            <translation>位置</translation>
        </message>
        <message>
            <source>Map</source>
            <translation>地图坐标</translation>
        </message>
        <message>
            <source>Latitude, longitude</source>
            <translation>纬度、经度</translation>
        </message>
        <message>
            <source>RGB</source>
            <translation>RGB</translation>
        </message>
        <message>
            <source>Alpha</source>
            <translation>Alpha</translation>
        </message>
        <message>
            <source>Hex</source>
            <translation>十六进制</translation>
        </message>
        <message>
            <source>Origin</source>
            <translation>像素来源</translation>
        </message>
        <message>
            <source>{count} bytes</source>
            <translation>{count} 字节</translation>
        </message>
        <message>
            <source>Gray</source>
            <translation>灰度</translation>
        </message>
        <message>
            <source>Indexed</source>
            <translation>索引颜色</translation>
        </message>
        <message numerus="yes">
            <source>%n bit(s) per channel</source>
            <translation>
                <numerusform>每通道 %n 位</numerusform>
            </translation>
        </message>
        <message>
            <source>with transparency</source>
            <translation>含透明度</translation>
        </message>
        <message>
            <source>None (shown as sRGB)</source>
            <translation>无（按 sRGB 显示）</translation>
        </message>
        <message>
            <source>Unreadable (shown as sRGB)</source>
            <translation>无法读取（按 sRGB 显示）</translation>
        </message>
        <message>
            <source>1/{fraction} s</source>
            <translation>1/{fraction} 秒</translation>
        </message>
        <message>
            <source>{seconds} s</source>
            <translation>{seconds} 秒</translation>
        </message>
        <message>
            <source>{length} mm</source>
            <translation>{length} mm</translation>
        </message>
        <message>
            <source>{length} mm in 35 mm film</source>
            <translation>等效 35 mm 焦距 {length} mm</translation>
        </message>
        <message>
            <source>Fired</source>
            <translation>已闪光</translation>
        </message>
        <message>
            <source>Did not fire</source>
            <translation>未闪光</translation>
        </message>
        <message>
            <source>Pixels of the photo</source>
            <translation>照片原有的像素</translation>
        </message>
        <message>
            <source>Enlarged, no detail added</source>
            <translation>仅放大，未添加细节</translation>
        </message>
        <message>
            <source>AI-generated detail</source>
            <translation>由 AI 生成的细节</translation>
        </message>
        <message>
            <source>Partly AI-generated detail</source>
            <translation>部分细节由 AI 生成</translation>
        </message>
        <message>
            <source>Show</source>
            <translation>显示</translation>
        </message>
        <message>
            <source>Show where the photo was taken</source>
            <translation>显示照片的拍摄地点</translation>
        </message>
        <message>
            <source>Show {name}</source>
            <translation>显示{name}</translation>
        </message>
        <message>
            <source>Hide</source>
            <translation>隐藏</translation>
        </message>
        <message>
            <source>Hide {panel}</source>
            <translation>隐藏{panel}</translation>
        </message>
        <message>
            <source>Histogram of values</source>
            <translation>数值直方图</translation>
        </message>
        <message>
            <source>Drag the black or the white handle, or both by the ground between.</source>
            <translation>拖动黑色或白色滑块，或拖动中间区域同时移动两者。</translation>
        </message>
        <message>
            <source>Invert</source>
            <translation>反相</translation>
        </message>
        <message>
            <source>Auto</source>
            <translation>自动</translation>
        </message>
        <message>
            <source>Window, stretch and exposure as stated in the file</source>
            <translation>按文件设定窗宽/窗位、拉伸和曝光</translation>
        </message>
        <message>
            <source>Reset</source>
            <translation>重置</translation>
        </message>
        <message>
            <source>Show the image as it opens by default</source>
            <translation>恢复图片默认打开时的显示</translation>
        </message>
        <message>
            <source>Center</source>
            <translation>窗位</translation>
        </message>
        <message>
            <source>Black</source>
            <translation>黑场</translation>
        </message>
        <message>
            <source>Width</source>
            <translation>窗宽</translation>
        </message>
        <message>
            <source>White</source>
            <translation>白场</translation>
        </message>
        <message>
            <source>Values from {low} to {high}</source>
            <translation>取值范围：{low} 至 {high}</translation>
        </message>
        <message>
            <source>Choose…</source>
            <translation>选择…</translation>
        </message>
        <message>
            <source>Red</source>
            <translation>红</translation>
        </message>
        <message>
            <source>Green</source>
            <translation>绿</translation>
        </message>
        <message>
            <source>Blue</source>
            <translation>蓝</translation>
        </message>
        <message>
            <source>Band for {color}</source>
            <translation>{color}通道的波段</translation>
        </message>
        <message>
            <source>The same band three times is shown as grey.</source>
            <translation>三个通道选同一波段时显示为灰度。</translation>
        </message>
        <message>
            <source>Preset</source>
            <translation>预设</translation>
        </message>
        <message>
            <source>Bands</source>
            <translation>波段</translation>
        </message>
        <message>
            <source>Stretch</source>
            <translation>拉伸</translation>
        </message>
        <message>
            <source>Gamma</source>
            <translation>Gamma</translation>
        </message>
        <message>
            <source>Linear</source>
            <translation>线性</translation>
        </message>
        <message>
            <source>Square root</source>
            <translation>平方根</translation>
        </message>
        <message>
            <source>Logarithm</source>
            <translation>对数</translation>
        </message>
        <message>
            <source>Asinh</source>
            <translation>Asinh</translation>
        </message>
        <message>
            <source>Brain</source>
            <translation>脑窗</translation>
        </message>
        <message>
            <source>Lung</source>
            <translation>肺窗</translation>
        </message>
        <message>
            <source>Soft tissue</source>
            <translation>软组织窗</translation>
        </message>
        <message>
            <source>Bone</source>
            <translation>骨窗</translation>
        </message>
        <message>
            <source>ZScale</source>
            <translation>ZScale</translation>
        </message>
        <message>
            <source>Least to greatest value</source>
            <translation>最小值至最大值</translation>
        </message>
        <message>
            <source>99.5% of the values</source>
            <translation>99.5% 的数值</translation>
        </message>
        <message>
            <source>Full range</source>
            <translation>全部范围</translation>
        </message>
        <message>
            <source>True color</source>
            <translation>真彩色</translation>
        </message>
        <message>
            <source>False color (infrared)</source>
            <translation>假彩色（红外）</translation>
        </message>
        <message>
            <source>Window of the file</source>
            <translation>文件自带的窗宽/窗位</translation>
        </message>
        <message>
            <source>This image has 8 bits per channel, so it is shown as it is. A tone can be chosen for files with more bits or several bands: 16-bit TIFF and PNG, DICOM, FITS, OpenEXR, Radiance.</source>
            <translation>此图片每通道 8 位，因此按原样显示。位数更高或含多个波段的文件可以调整色调：16 位 TIFF 和 PNG、DICOM、FITS、OpenEXR、Radiance。</translation>
        </message>
        <message>
            <source>Counted in a smaller version of the photo.</source>
            <translation>按照片的缩小版本统计。</translation>
        </message>
        <message>
            <source>Counted at 64 places of the photo.</source>
            <translation>按照片中 64 处的像素统计。</translation>
        </message>
    </context>
    <context>
        <name>Menu</name>
        <message>
            <source>Tools</source>
            <translation>工具栏</translation>
        </message>
        <message>
            <source>&amp;File</source>
            <translation>文件(&amp;F)</translation>
        </message>
        <message>
            <source>&amp;Edit</source>
            <translation>编辑(&amp;E)</translation>
        </message>
        <message>
            <source>&amp;View</source>
            <translation>视图(&amp;V)</translation>
        </message>
        <message>
            <source>&amp;Image</source>
            <translation>图像(&amp;I)</translation>
        </message>
        <message>
            <source>&amp;Help</source>
            <translation>帮助(&amp;H)</translation>
        </message>
        <message>
            <source>&amp;Open…</source>
            <translation>打开(&amp;O)…</translation>
        </message>
        <message>
            <source>Open</source>
            <translation>打开</translation>
        </message>
        <message>
            <source>&amp;Next Photo</source>
            <translation>下一张照片(&amp;N)</translation>
        </message>
        <message>
            <source>&amp;Previous Photo</source>
            <translation>上一张照片(&amp;P)</translation>
        </message>
        <message>
            <source>&amp;Reload from Disk</source>
            <translation>从磁盘重新载入(&amp;R)</translation>
        </message>
        <message>
            <source>Show in &amp;Folder</source>
            <translation>在文件夹中显示(&amp;F)</translation>
        </message>
        <message>
            <source>Ne&amp;xt Page</source>
            <translation>下一页(&amp;X)</translation>
        </message>
        <message>
            <source>&amp;Export…</source>
            <translation>导出(&amp;E)…</translation>
        </message>
        <message>
            <source>Export</source>
            <translation>导出</translation>
        </message>
        <message>
            <source>Upscale</source>
            <translation>放大照片</translation>
        </message>
        <message>
            <source>Export &amp;Selection…</source>
            <translation>导出选区(&amp;S)…</translation>
        </message>
        <message>
            <source>Export Zoom &amp;Video…</source>
            <translation>导出缩放视频(&amp;V)…</translation>
        </message>
        <message>
            <source>Res&amp;ume Export</source>
            <translation>继续导出(&amp;U)</translation>
        </message>
        <message>
            <source>Save Sess&amp;ion…</source>
            <translation>保存会话(&amp;I)…</translation>
        </message>
        <message>
            <source>&amp;Quit</source>
            <translation>退出(&amp;Q)</translation>
        </message>
        <message>
            <source>&amp;Copy View</source>
            <translation>复制视图(&amp;C)</translation>
        </message>
        <message>
            <source>&amp;Paste</source>
            <translation>粘贴(&amp;P)</translation>
        </message>
        <message>
            <source>Forwar&amp;d</source>
            <translation>前进(&amp;D)</translation>
        </message>
        <message>
            <source>Zoom &amp;In</source>
            <translation>放大(&amp;I)</translation>
        </message>
        <message>
            <source>Zoom &amp;Out</source>
            <translation>缩小(&amp;O)</translation>
        </message>
        <message>
            <source>Fit to &amp;Window</source>
            <translation>适合窗口(&amp;W)</translation>
        </message>
        <message>
            <source>&amp;Actual Size (100%)</source>
            <translation>实际大小（100%）(&amp;A)</translation>
        </message>
        <message>
            <source>Fit Width</source>
            <translation>适合宽度</translation>
        </message>
        <message>
            <source>Fill Window</source>
            <translation>填满窗口</translation>
        </message>
        <message>
            <source>&amp;Back</source>
            <translation>后退(&amp;B)</translation>
        </message>
        <message>
            <source>Previous Pa&amp;ge</source>
            <translation>上一页(&amp;G)</translation>
        </message>
        <message>
            <source>Upsc&amp;ale Photo…</source>
            <translation>放大照片(&amp;A)…</translation>
        </message>
        <message>
            <source>Upsca&amp;le Queue</source>
            <translation>放大队列(&amp;L)</translation>
        </message>
        <message>
            <source>Prin&amp;t…</source>
            <translation>打印(&amp;T)…</translation>
        </message>
        <message>
            <source>Pr&amp;eferences…</source>
            <translation>首选项(&amp;E)…</translation>
        </message>
        <message>
            <source>Fit H&amp;eight</source>
            <translation>适合高度(&amp;E)</translation>
        </message>
        <message>
            <source>&amp;Zoom To…</source>
            <translation>缩放至(&amp;Z)…</translation>
        </message>
        <message>
            <source>Go to Coordina&amp;tes…</source>
            <translation>转到坐标(&amp;T)…</translation>
        </message>
        <message>
            <source>&amp;Compare</source>
            <translation>对比(&amp;C)</translation>
        </message>
        <message>
            <source>Compare</source>
            <translation>对比</translation>
        </message>
        <message>
            <source>Pro&amp;mpts Panel</source>
            <translation>提示词面板(&amp;M)</translation>
        </message>
        <message>
            <source>Prompts</source>
            <translation>提示词</translation>
        </message>
        <message>
            <source>Info Pane&amp;l</source>
            <translation>信息面板(&amp;L)</translation>
        </message>
        <message>
            <source>Info</source>
            <translation>信息</translation>
        </message>
        <message>
            <source>&amp;Histogram</source>
            <translation>直方图(&amp;H)</translation>
        </message>
        <message>
            <source>Show &amp;Provenance</source>
            <translation>显示像素来源(&amp;P)</translation>
        </message>
        <message>
            <source>Show De&amp;viation Map</source>
            <translation>显示偏差图(&amp;V)</translation>
        </message>
        <message>
            <source>&amp;Navigator</source>
            <translation>导航器(&amp;N)</translation>
        </message>
        <message>
            <source>Scale Bar</source>
            <translation>比例尺</translation>
        </message>
        <message>
            <source>Red&amp;uce Motion</source>
            <translation>减弱动态效果(&amp;U)</translation>
        </message>
        <message>
            <source>&amp;Full Screen</source>
            <translation>全屏(&amp;F)</translation>
        </message>
        <message>
            <source>&amp;Generate Detail</source>
            <translation>生成细节(&amp;G)</translation>
        </message>
        <message>
            <source>&amp;Stop Generating</source>
            <translation>停止生成(&amp;S)</translation>
        </message>
        <message>
            <source>Rotate &amp;Right</source>
            <translation>向右旋转(&amp;R)</translation>
        </message>
        <message>
            <source>Rotate &amp;Left</source>
            <translation>向左旋转(&amp;L)</translation>
        </message>
        <message>
            <source>Flip &amp;Horizontally</source>
            <translation>水平翻转(&amp;H)</translation>
        </message>
        <message>
            <source>Flip &amp;Vertically</source>
            <translation>垂直翻转(&amp;V)</translation>
        </message>
        <message>
            <source>Reset &amp;Orientation</source>
            <translation>重置方向(&amp;O)</translation>
        </message>
        <message>
            <source>Set &amp;Scale…</source>
            <translation>设置比例尺(&amp;S)…</translation>
        </message>
        <message>
            <source>&amp;Tone Panel</source>
            <translation>色调面板(&amp;T)</translation>
        </message>
        <message>
            <source>&amp;Keyboard Shortcuts</source>
            <translation>键盘快捷键(&amp;K)</translation>
        </message>
        <message>
            <source>&amp;About cozviewer</source>
            <translation>关于 cozviewer(&amp;A)</translation>
        </message>
        <message>
            <source>Book&amp;marks</source>
            <translation>书签(&amp;M)</translation>
        </message>
        <message>
            <source>&amp;Add Bookmark…</source>
            <translation>添加书签(&amp;A)…</translation>
        </message>
        <message>
            <source>&amp;Remove Bookmark</source>
            <translation>删除书签(&amp;R)</translation>
        </message>
        <message>
            <source>No bookmarks</source>
            <translation>没有书签</translation>
        </message>
        <message>
            <source>Open Re&amp;cent</source>
            <translation>最近打开(&amp;C)</translation>
        </message>
        <message>
            <source>&amp;Clear Menu</source>
            <translation>清空列表(&amp;C)</translation>
        </message>
        <message>
            <source>&amp;Automatic</source>
            <translation>自动(&amp;A)</translation>
        </message>
        <message>
            <source>&amp;GPU (OpenGL)</source>
            <translation>&amp;GPU (OpenGL)</translation>
        </message>
        <message>
            <source>&amp;CPU</source>
            <translation>&amp;CPU</translation>
        </message>
        <message>
            <source>&amp;Rendering</source>
            <translation>渲染(&amp;R)</translation>
        </message>
        <message>
            <source>&amp;Checkerboard</source>
            <translation>棋盘格(&amp;C)</translation>
        </message>
        <message>
            <source>&amp;White</source>
            <translation>白色(&amp;W)</translation>
        </message>
        <message>
            <source>&amp;Black</source>
            <translation>黑色(&amp;B)</translation>
        </message>
        <message>
            <source>Transparenc&amp;y</source>
            <translation>透明(&amp;Y)</translation>
        </message>
    </context>
    <context>
        <name>Models</name>
        <message>
            <source>Generates the detail of Chain-of-Zoom.</source>
            <translation>为 Chain-of-Zoom 生成细节。</translation>
        </message>
        <message>
            <source>Stability AI Community: free for organizations under US$1M yearly revenue; accept the licence first</source>
            <translation>Stability AI Community：年收入低于 100 万美元的组织可免费使用；须先接受许可证</translation>
        </message>
        <message>
            <source> and </source>
            <translation> 和 </translation>
        </message>
        <message>
            <source>Missing in {folder}: {names}.</source>
            <translation>{folder} 中缺少：{names}。</translation>
        </message>
        <message>
            <source>Chain-of-Zoom’s own weights</source>
            <translation>Chain-of-Zoom 自有权重</translation>
        </message>
        <message>
            <source>Adapt Stable Diffusion 3 to generate detail in one step.</source>
            <translation>使 Stable Diffusion 3 能够一步生成细节。</translation>
        </message>
        <message>
            <source>Download {lora_file} and {encoder_file} from the folder ckpt of {github}.</source>
            <translation>从 {github} 的 ckpt 文件夹下载 {lora_file} 和 {encoder_file}。</translation>
        </message>
        <message>
            <source>Put both files into {folder}.</source>
            <translation>将这两个文件放入 {folder}。</translation>
        </message>
        <message>
            <source>Describes the image for Chain-of-Zoom. Qwen/Qwen3-VL-4B-Instruct and Qwen/Qwen2.5-VL-7B-Instruct (Apache-2.0) can be used instead.</source>
            <translation>为 Chain-of-Zoom 描述图像内容。也可改用 Qwen/Qwen3-VL-4B-Instruct 和 Qwen/Qwen2.5-VL-7B-Instruct（Apache-2.0）。</translation>
        </message>
        <message>
            <source>Qwen Research: noncommercial use only</source>
            <translation>Qwen Research：仅限非商业用途</translation>
        </message>
        <message>
            <source>Names what is in the image, for the prompter tags.</source>
            <translation>识别图片内容，供提示词来源 tags 使用。</translation>
        </message>
        <message>
            <source>Download {file} from {page}.</source>
            <translation>从 {page} 下载 {file}。</translation>
        </message>
        <message>
            <source>Download {files} from the folders {folders} of {page}.</source>
            <translation>从 {page} 的 {folders} 文件夹下载 {files}。</translation>
        </message>
        <message>
            <source>Put all files into {folder}.</source>
            <translation>将所有文件放入 {folder}。</translation>
        </message>
        <message>
            <source>Generates the detail of PiSA-SR.</source>
            <translation>为 PiSA-SR 生成细节。</translation>
        </message>
        <message>
            <source>CreativeML Open RAIL++-M: free, forbids harmful uses</source>
            <translation>CreativeML Open RAIL++-M：免费，禁止有害用途</translation>
        </message>
        <message>
            <source>PiSA-SR’s own weights</source>
            <translation>PiSA-SR 自有权重</translation>
        </message>
        <message>
            <source>Adapt Stable Diffusion 2.1 to upscale in one step.</source>
            <translation>使 Stable Diffusion 2.1 能够一步完成放大。</translation>
        </message>
        <message>
            <source>Apache-2.0, according to the authors’ README</source>
            <translation>Apache-2.0，据作者的 README</translation>
        </message>
        <message>
            <source>Download {file} from the folder that the README of {page} links to.</source>
            <translation>从 {page} 的 README 所链接的文件夹下载 {file}。</translation>
        </message>
        <message>
            <source>Put it into {folder}.</source>
            <translation>将其放入 {folder}。</translation>
        </message>
        <message>
            <source>Tested against its authors’ code with small random weights in their file formats, not yet with the published weights.</source>
            <translation>已用相同文件格式的小型随机权重与作者的代码对照测试，尚未用已发布的权重测试。</translation>
        </message>
        <message>
            <source>prompter</source>
            <translation>提示词来源</translation>
        </message>
        <message>
            <source>text encoders</source>
            <translation>文本编码器</translation>
        </message>
        <message>
            <source>upscaler</source>
            <translation>放大模型</translation>
        </message>
        <message>
            <source>Models on the {place}, one at a time: {needs}; {free} are free.</source>
            <translation>模型在 {place} 上逐个加载：{needs}；可用 {free}。</translation>
        </message>
        <message>
            <source>, then </source>
            <translation>，然后是 </translation>
        </message>
        <message>
            <source>{names} (the {streamed} one by one)</source>
            <translation>{names}（其中{streamed}逐个加载）</translation>
        </message>
        <message>
            <source>Models on the {place}, together: {names}, {peak} at most; {free} are free.</source>
            <translation>模型在 {place} 上同时加载：{names}，最多占用 {peak}；可用 {free}。</translation>
        </message>
        <message>
            <source>{need} on the CPU</source>
            <translation>{need}（在 CPU 上）</translation>
        </message>
        <message>
            <source>Download of {model}</source>
            <translation>{model} 的下载进度</translation>
        </message>
        <message>
            <source>Installed</source>
            <translation>已安装</translation>
        </message>
        <message>
            <source>About {size}</source>
            <translation>约 {size}</translation>
        </message>
        <message>
            <source>Licence: {licence}.</source>
            <translation>许可证：{licence}。</translation>
        </message>
        <message>
            <source>Web page</source>
            <translation>网页</translation>
        </message>
        <message>
            <source>Download</source>
            <translation>下载</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>停止</translation>
        </message>
        <message>
            <source>Preparing download…</source>
            <translation>正在准备下载…</translation>
        </message>
        <message>
            <source>{done} of {total}</source>
            <translation>{done} / {total}</translation>
        </message>
        <message>
            <source>{time} left</source>
            <translation>剩余 {time}</translation>
        </message>
        <message>
            <source>Models</source>
            <translation>模型</translation>
        </message>
        <message>
            <source>Stopping…</source>
            <translation>正在停止…</translation>
        </message>
        <message>
            <source>Paused. Download resumes where it stopped.</source>
            <translation>已暂停，下载会从中断处继续。</translation>
        </message>
        <message>
            <source>Real-ESRGAN is built in. The models of the other engines are installed. Everything runs on this computer.</source>
            <translation>已内置 Real-ESRGAN。其他引擎的模型已全部安装。所有处理均在本机进行。</translation>
        </message>
        <message>
            <source>Real-ESRGAN is built in. The other engines need models below, of which {size} are missing. Everything runs on this computer.</source>
            <translation>已内置 Real-ESRGAN。其他引擎需要以下模型，还需下载 {size}。所有处理均在本机进行。</translation>
        </message>
    </context>
    <context>
        <name>Preferences</name>
        <message>
            <source>Change…</source>
            <translation>更改…</translation>
        </message>
        <message>
            <source>Default</source>
            <translation>恢复默认</translation>
        </message>
        <message>
            <source>Clear…</source>
            <translation>清除…</translation>
        </message>
        <message>
            <source>Folder</source>
            <translation>文件夹</translation>
        </message>
        <message>
            <source>Maximum size</source>
            <translation>大小上限</translation>
        </message>
        <message>
            <source>In use</source>
            <translation>已用空间</translation>
        </message>
        <message>
            <source>Generated detail is kept, so that a place seen before is there at once. Where room is needed, what was not seen for longest is deleted first.</source>
            <translation>生成的细节会保存下来，再次查看同一处时可立即显示。空间不足时，最久未查看的内容会先被删除。</translation>
        </message>
        <message>
            <source>Choose a Folder for the Cache</source>
            <translation>选择缓存文件夹</translation>
        </message>
        <message>
            <source>The settings could not be stored: {reason}.</source>
            <translation>无法保存设置：{reason}。</translation>
        </message>
        <message>
            <source>This time, cozviewer was started without a cache.</source>
            <translation>cozviewer 本次启动时未启用缓存。</translation>
        </message>
        <message>
            <source>This time, cozviewer was started with another cache folder: {folder}.</source>
            <translation>cozviewer 本次启动时使用了另一个缓存文件夹：{folder}。</translation>
        </message>
        <message>
            <source>The new folder is used from the next start. What is in {folder} stays there and is not used any more; clear it here first if you do not need it.</source>
            <translation>新文件夹将在下次启动时启用。{folder} 中的内容会留在原处，但不再使用；如果不需要，请先在这里清除。</translation>
        </message>
        <message>
            <source>Clear the Cache</source>
            <translation>清除缓存</translation>
        </message>
        <message>
            <source>Delete all generated detail in the cache? It is generated again when you look at it. Photos, exports and sessions are not touched.</source>
            <translation>要删除缓存中所有生成的细节吗？再次查看时会重新生成。照片、导出的文件和会话不受影响。</translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>删除</translation>
        </message>
        <message>
            <source>Freed {size}.</source>
            <translation>已释放 {size}。</translation>
        </message>
        <message>
            <source>The detail of open photos stays.</source>
            <translation>已打开照片的细节会保留。</translation>
        </message>
        <message>
            <source>Preferences</source>
            <translation>首选项</translation>
        </message>
        <message>
            <source>Pages</source>
            <translation>页面</translation>
        </message>
        <message>
            <source>General</source>
            <translation>常规</translation>
        </message>
        <message>
            <source>Engine</source>
            <translation>引擎</translation>
        </message>
        <message>
            <source>Shortcuts</source>
            <translation>快捷键</translation>
        </message>
        <message>
            <source>Cache</source>
            <translation>缓存</translation>
        </message>
        <message>
            <source>Same as the system</source>
            <translation>跟随系统</translation>
        </message>
        <message>
            <source>Dark</source>
            <translation>深色</translation>
        </message>
        <message>
            <source>Light</source>
            <translation>浅色</translation>
        </message>
        <message>
            <source>Reduced: nothing glides or fades</source>
            <translation>减弱：不使用滑动和淡入淡出效果</translation>
        </message>
        <message>
            <source>Full</source>
            <translation>完整</translation>
        </message>
        <message>
            <source>Checkerboard</source>
            <translation>棋盘格</translation>
        </message>
        <message>
            <source>White</source>
            <translation>白色</translation>
        </message>
        <message>
            <source>Black</source>
            <translation>黑色</translation>
        </message>
        <message>
            <source>Restart Now</source>
            <translation>立即重新启动</translation>
        </message>
        <message>
            <source>The language changes when cozviewer is started again.</source>
            <translation>重新启动 cozviewer 后，语言更改才会生效。</translation>
        </message>
        <message>
            <source>Language</source>
            <translation>语言</translation>
        </message>
        <message>
            <source>Theme</source>
            <translation>主题</translation>
        </message>
        <message>
            <source>Motion</source>
            <translation>动态效果</translation>
        </message>
        <message>
            <source>Transparency</source>
            <translation>透明</translation>
        </message>
        <message>
            <source>Last used</source>
            <translation>上次使用的</translation>
        </message>
        <message>
            <source>Automatic</source>
            <translation>自动</translation>
        </message>
        <message>
            <source>32-bit float (fp32)</source>
            <translation>32 位浮点（fp32）</translation>
        </message>
        <message>
            <source>16-bit float (bf16)</source>
            <translation>16 位浮点（bf16）</translation>
        </message>
        <message>
            <source>8-bit integer (int8)</source>
            <translation>8 位整数（int8）</translation>
        </message>
        <message>
            <source>Show drafts until detail is generated</source>
            <translation>生成细节前先显示预览稿</translation>
        </message>
        <message>
            <source>Generate ahead while idle (not on battery)</source>
            <translation>空闲时预先生成（使用电池时除外）</translation>
        </message>
        <message>
            <source>None</source>
            <translation>无</translation>
        </message>
        <message>
            <source>A Ray cluster for exports and upscaling: ray://HOST:10001, auto or local:2. It must be in a private network.</source>
            <translation>用于导出和放大的 Ray 集群：ray://HOST:10001、auto 或 local:2。集群必须位于专用网络中。</translation>
        </message>
        <message>
            <source>Engine at the start</source>
            <translation>启动时的引擎</translation>
        </message>
        <message>
            <source>Device</source>
            <translation>设备</translation>
        </message>
        <message>
            <source>Precision</source>
            <translation>精度</translation>
        </message>
        <message>
            <source>Cluster address</source>
            <translation>集群地址</translation>
        </message>
        <message>
            <source>The engine of the open photo is chosen in the Engine menu. Options of the command line and the engine of a session come first.</source>
            <translation>当前照片的引擎在“引擎”菜单中选择。命令行选项和会话中保存的引擎优先。</translation>
        </message>
        <message>
            <source>Search</source>
            <translation>搜索</translation>
        </message>
        <message>
            <source>Remove</source>
            <translation>移除</translation>
        </message>
        <message>
            <source>Reset</source>
            <translation>重置</translation>
        </message>
        <message>
            <source>Reset All</source>
            <translation>全部重置</translation>
        </message>
        <message>
            <source>Use It Here</source>
            <translation>用于此命令</translation>
        </message>
        <message>
            <source>New shortcut</source>
            <translation>新快捷键</translation>
        </message>
        <message>
            <source>{key} has a fixed meaning: {meaning}.</source>
            <translation>{key} 有固定用途：{meaning}。</translation>
        </message>
        <message>
            <source>{key} is the shortcut of “{command}”.</source>
            <translation>{key} 已是“{command}”的快捷键。</translation>
        </message>
        <message>
            <source>Command</source>
            <translation>命令</translation>
        </message>
        <message>
            <source>Shortcut</source>
            <translation>快捷键</translation>
        </message>
    </context>
    <context>
        <name>Prompts</name>
        <message>
            <source>Photo</source>
            <translation>照片</translation>
        </message>
        <message>
            <source>Microscopy, pathology</source>
            <translation>显微、病理图像</translation>
        </message>
        <message>
            <source>Medical scan</source>
            <translation>医学影像</translation>
        </message>
        <message>
            <source>Satellite, aerial</source>
            <translation>卫星、航拍图像</translation>
        </message>
        <message>
            <source>Artwork, document</source>
            <translation>艺术品、文档</translation>
        </message>
        <message>
            <source>{new_version} discarded.</source>
            <translation>已放弃 {new_version}。</translation>
        </message>
        <message>
            <source>Describing this area…</source>
            <translation>正在描述此区域…</translation>
        </message>
        <message>
            <source>Generating…</source>
            <translation>正在生成…</translation>
        </message>
        <message>
            <source>New, not saved yet</source>
            <translation>新版本，尚未保存</translation>
        </message>
        <message>
            <source>An export is running. Wait for it, or cancel it (Esc).</source>
            <translation>正在导出。请等待完成，或按 Esc 取消。</translation>
        </message>
        <message>
            <source>Open a photo and zoom in. The prompt of each zoom level appears here.</source>
            <translation>打开照片并放大后，这里会显示各缩放级别的提示词。</translation>
        </message>
        <message>
            <source>This is the original photo. Zoom in to see and edit prompts.</source>
            <translation>这是原始照片。放大后可查看和编辑提示词。</translation>
        </message>
        <message>
            <source>Keep</source>
            <translation>保留</translation>
        </message>
        <message>
            <source>Replace the old version</source>
            <translation>替换旧版本</translation>
        </message>
        <message>
            <source>Discard</source>
            <translation>放弃</translation>
        </message>
        <message>
            <source>Restore the old version</source>
            <translation>恢复旧版本</translation>
        </message>
        <message>
            <source>Hold to Compare with Old</source>
            <translation>按住对比旧版本</translation>
        </message>
        <message>
            <source>{levels} and {last}</source>
            <translation>{levels} 和 {last}</translation>
        </message>
        <message>
            <source>New version at {levels}</source>
            <translation>{levels} 的新版本</translation>
        </message>
        <message>
            <source>Choose the Folder of a Vision Model</source>
            <translation>选择视觉模型文件夹</translation>
        </message>
        <message>
            <source>Automatic (downloaded Qwen2.5-VL-3B), or a folder or Hugging Face name</source>
            <translation>自动（已下载的 Qwen2.5-VL-3B），也可填写文件夹或 Hugging Face 名称</translation>
        </message>
        <message>
            <source>Choose the Folder of an Adapter</source>
            <translation>选择适配器文件夹</translation>
        </message>
        <message>
            <source>None</source>
            <translation>无</translation>
        </message>
        <message>
            <source>Checkpoints</source>
            <translation>模型权重文件</translation>
        </message>
        <message>
            <source>All files</source>
            <translation>所有文件</translation>
        </message>
        <message>
            <source>Text files</source>
            <translation>文本文件</translation>
        </message>
        <message>
            <source>Choose ram_swin_large_14m.pth</source>
            <translation>选择 ram_swin_large_14m.pth</translation>
        </message>
        <message>
            <source>Automatic, or choose ram_swin_large_14m.pth</source>
            <translation>自动，或选择 ram_swin_large_14m.pth</translation>
        </message>
        <message>
            <source>Choose DAPE.pth</source>
            <translation>选择 DAPE.pth</translation>
        </message>
        <message>
            <source>Automatic, or choose DAPE.pth (optional)</source>
            <translation>自动，或选择 DAPE.pth（可选）</translation>
        </message>
        <message>
            <source>Choose ram_tag_list.txt</source>
            <translation>选择 ram_tag_list.txt</translation>
        </message>
        <message>
            <source>Automatic, or choose ram_tag_list.txt</source>
            <translation>自动，或选择 ram_tag_list.txt</translation>
        </message>
        <message>
            <source>Custom</source>
            <translation>自定义</translation>
        </message>
        <message>
            <source>up to {count} tokens</source>
            <translation>最多 {count} 个 token</translation>
        </message>
        <message>
            <source>Prompt source</source>
            <translation>提示词来源</translation>
        </message>
        <message>
            <source>Vision model</source>
            <translation>视觉模型</translation>
        </message>
        <message>
            <source>Adapter</source>
            <translation>适配器</translation>
        </message>
        <message>
            <source>Tagger (RAM)</source>
            <translation>标签模型（RAM）</translation>
        </message>
        <message>
            <source>Fine-tuning (DAPE)</source>
            <translation>微调（DAPE）</translation>
        </message>
        <message>
            <source>List of tags</source>
            <translation>标签列表</translation>
        </message>
        <message>
            <source>Server address</source>
            <translation>服务器地址</translation>
        </message>
        <message>
            <source>Model name</source>
            <translation>模型名称</translation>
        </message>
        <message>
            <source>Image type</source>
            <translation>图片类型</translation>
        </message>
        <message>
            <source>Question</source>
            <translation>问题</translation>
        </message>
        <message>
            <source>Question for
close-ups</source>
            <translation>特写时的
问题</translation>
        </message>
        <message>
            <source>Answer length</source>
            <translation>回答长度</translation>
        </message>
        <message>
            <source>Enter a prompt, or choose a vision model.</source>
            <translation>请输入提示词，或选择一个视觉模型。</translation>
        </message>
        <message>
            <source>Enter the server's address and the model's name.</source>
            <translation>请输入服务器地址和模型名称。</translation>
        </message>
        <message>
            <source>Enter both questions, or pick an image type to restore the defaults.</source>
            <translation>请填写两个问题，或选择图片类型以恢复默认问题。</translation>
        </message>
        <message>
            <source>Prompt</source>
            <translation>提示词</translation>
        </message>
        <message>
            <source>ginger cat, long whiskers</source>
            <translation>例如 ginger cat, long whiskers（橘猫，长胡须）</translation>
        </message>
        <message>
            <source>Additional text</source>
            <translation>附加文字</translation>
        </message>
        <message>
            <source>Optional text added to the description</source>
            <translation>添加到描述中的文字（可选）</translation>
        </message>
        <message>
            <source>A vision model on this computer</source>
            <translation>本机上的视觉模型</translation>
        </message>
        <message>
            <source>A vision model on a server</source>
            <translation>服务器上的视觉模型</translation>
        </message>
        <message>
            <source>An image tagger on this computer (RAM)</source>
            <translation>本机上的图像标签模型（RAM）</translation>
        </message>
        <message>
            <source>My prompt only</source>
            <translation>仅使用我的提示词</translation>
        </message>
        <message>
            <source>No prompt</source>
            <translation>不使用提示词</translation>
        </message>
        <message>
            <source>Prompt at {level}</source>
            <translation>{level} 的提示词</translation>
        </message>
        <message>
            <source>Regenerate</source>
            <translation>重新生成</translation>
        </message>
        <message>
            <source>Regenerate this level with the edited prompt (Ctrl+Enter)</source>
            <translation>用编辑后的提示词重新生成此级别（Ctrl+Enter）</translation>
        </message>
        <message>
            <source>Revert</source>
            <translation>还原</translation>
        </message>
        <message>
            <source>Restore the prompt that this level was generated with</source>
            <translation>恢复生成此级别时所用的提示词</translation>
        </message>
        <message>
            <source>Not generated yet</source>
            <translation>尚未生成</translation>
        </message>
        <message>
            <source>Edited</source>
            <translation>已编辑</translation>
        </message>
        <message>
            <source>{engine} does not use prompts. To steer the result with text, choose Chain-of-Zoom in the Engine menu.</source>
            <translation>{engine} 不使用提示词。如需用文字引导生成结果，请在“引擎”菜单中选择 Chain-of-Zoom。</translation>
        </message>
        <message>
            <source>Prompts</source>
            <translation>提示词</translation>
        </message>
    </context>
    <context>
        <name>Session</name>
        <message>
            <source>Saving {name}</source>
            <translation>正在保存 {name}</translation>
        </message>
        <message>
            <source>Add Bookmark</source>
            <translation>添加书签</translation>
        </message>
        <message>
            <source>Bookmark name:</source>
            <translation>书签名称：</translation>
        </message>
        <message>
            <source>Add</source>
            <translation>添加</translation>
        </message>
        <message>
            <source>{magnification} at {place}</source>
            <translation>{magnification}（{place}）</translation>
        </message>
        <message>
            <source>Bookmark “{name}” updated.</source>
            <translation>书签“{name}”已更新。</translation>
        </message>
        <message>
            <source>Bookmark “{name}” added.</source>
            <translation>书签“{name}”已添加。</translation>
        </message>
        <message>
            <source>Save the session to keep it.</source>
            <translation>保存会话即可保留该书签。</translation>
        </message>
        <message>
            <source>“{name}” has no file, and a session does not include the photo: save it as a file first, and open that.</source>
            <translation>“{name}”尚未存为文件，而会话不包含照片：请先将其保存为文件，再打开该文件。</translation>
        </message>
        <message>
            <source>Save Session</source>
            <translation>保存会话</translation>
        </message>
        <message>
            <source>Sessions ({pattern})</source>
            <translation>会话 ({pattern})</translation>
        </message>
        <message numerus="yes">
            <source>%n tile(s)</source>
            <translation>
                <numerusform>%n 个图块</numerusform>
            </translation>
        </message>
        <message>
            <source>Saved {path} ({tiles}, {size}). The photo is not included: keep it next to the session file.</source>
            <translation>已保存 {path}（{tiles}，{size}）。会话不包含照片，请将照片与会话文件放在一起。</translation>
        </message>
        <message numerus="yes">
            <source>Left out: %n damaged tile(s).</source>
            <translation>
                <numerusform>已略去 %n 个损坏的图块。</numerusform>
            </translation>
        </message>
        <message>
            <source>{name} was not saved because another image was opened.</source>
            <translation>{name} 未保存，因为打开了其他图像。</translation>
        </message>
        <message>
            <source>Saving was canceled; {name} was not saved.</source>
            <translation>已取消保存，{name} 未保存。</translation>
        </message>
    </context>
    <context>
        <name>Status</name>
        <message>
            <source>Describing this area</source>
            <translation>正在描述此区域</translation>
        </message>
        <message>
            <source>Generating {z}</source>
            <translation>正在生成 {z}</translation>
        </message>
        <message>
            <source>Loading {name}</source>
            <translation>正在加载 {name}</translation>
        </message>
        <message>
            <source>Finishing the current tile</source>
            <translation>正在完成当前图块</translation>
        </message>
        <message>
            <source>Measuring which number format is fastest</source>
            <translation>正在测试哪种数值格式最快</translation>
        </message>
        <message>
            <source>Done</source>
            <translation>完成</translation>
        </message>
        <message>
            <source>Stopped. Press R to resume.</source>
            <translation>已停止，按 R 继续。</translation>
        </message>
        <message>
            <source>Generating ahead</source>
            <translation>正在预先生成</translation>
        </message>
        <message>
            <source>{done} of {total}</source>
            <translation>{done} / {total}</translation>
        </message>
        <message>
            <source>{time} left</source>
            <translation>剩余 {time}</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>停止</translation>
        </message>
        <message>
            <source>Stop generating or exporting (Esc)</source>
            <translation>停止生成或导出（Esc）</translation>
        </message>
        <message>
            <source>Progress</source>
            <translation>进度</translation>
        </message>
        <message>
            <source>Starting the workers of the cluster</source>
            <translation>正在启动集群的工作进程</translation>
        </message>
    </context>
    <context>
        <name>Units</name>
        <message numerus="yes">
            <source>%n tile(s)</source>
            <translation>
                <numerusform>%n 个图块</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n row(s)</source>
            <translation>
                <numerusform>%n 行</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n frame(s)</source>
            <translation>
                <numerusform>%n 帧</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n byte(s)</source>
            <translation>
                <numerusform>%n 字节</numerusform>
            </translation>
        </message>
        <message>
            <source>{seconds} s</source>
            <translation>{seconds} 秒</translation>
        </message>
        <message>
            <source>{hours} h {minutes} min</source>
            <translation>{hours} 小时 {minutes} 分钟</translation>
        </message>
        <message>
            <source>{minutes} min</source>
            <translation>{minutes} 分钟</translation>
        </message>
        <message>
            <source>{minutes} min {seconds} s</source>
            <translation>{minutes} 分 {seconds} 秒</translation>
        </message>
        <message>
            <source>, </source>
            <translation>、</translation>
        </message>
        <message>
            <source>{text} ({note})</source>
            <translation>{text}（{note}）</translation>
        </message>
        <message>
            <source>{sentence} {next_sentence}</source>
            <translation>{sentence}{next_sentence}</translation>
        </message>
    </context>
    <context>
        <name>Upscale</name>
        <message>
            <source>reading {name}</source>
            <translation>读取 {name}</translation>
        </message>
        <message>
            <source>Opening {name}</source>
            <translation>正在打开 {name}</translation>
        </message>
        <message>
            <source>upscaling {name}</source>
            <translation>放大 {name}</translation>
        </message>
        <message>
            <source>Include location (GPS)</source>
            <translation>包含位置信息（GPS）</translation>
        </message>
        <message numerus="yes">
            <source>%n photo(s) waiting to be upscaled since last time. Choose File &gt; Upscale Queue to resume.</source>
            <translation>
                <numerusform>上次还有 %n 张照片等待放大。选择“文件 &gt; 放大队列”可继续。</numerusform>
            </translation>
        </message>
        <message>
            <source>Quit?</source>
            <translation>要退出吗？</translation>
        </message>
        <message numerus="yes">
            <source>%n photo(s) still to be upscaled. You can resume the queue next time.</source>
            <translation>
                <numerusform>还有 %n 张照片尚未放大。下次启动后可以继续队列。</numerusform>
            </translation>
        </message>
        <message>
            <source>Quit</source>
            <translation>退出</translation>
        </message>
        <message>
            <source>Upscaling {percent}%</source>
            <translation>正在放大 {percent}%</translation>
        </message>
        <message numerus="yes">
            <source>%n photo(s) waiting</source>
            <translation>
                <numerusform>%n 张照片等待中</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n photo(s) upscaled.</source>
            <translation>
                <numerusform>已放大 %n 张照片。</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n photo(s) failed: see File &gt; Upscale Queue.</source>
            <translation>
                <numerusform>%n 张照片放大失败：请查看“文件 &gt; 放大队列”。</numerusform>
            </translation>
        </message>
        <message>
            <source>Saved {path}.</source>
            <translation>已保存 {path}。</translation>
        </message>
        <message>
            <source>Upscaling finished</source>
            <translation>放大完成</translation>
        </message>
        <message>
            <source>Upscale Photos</source>
            <translation>放大照片</translation>
        </message>
        <message>
            <source>Same as the photo</source>
            <translation>与原照片相同</translation>
        </message>
        <message>
            <source>Beside the original</source>
            <translation>原照片所在的文件夹</translation>
        </message>
        <message>
            <source>In a folder:</source>
            <translation>指定文件夹：</translation>
        </message>
        <message>
            <source>Folder for Upscaled Photos</source>
            <translation>选择放大照片的保存文件夹</translation>
        </message>
        <message>
            <source>Keep metadata (date, camera)</source>
            <translation>保留元数据（日期、相机）</translation>
        </message>
        <message>
            <source>Choose another one in the Engine menu.</source>
            <translation>可在“引擎”菜单中更换。</translation>
        </message>
        <message>
            <source>Detail finer than the photo’s own pixels is generated by AI and may not be real. The files say so in their metadata.</source>
            <translation>比照片自身像素更精细的细节由 AI 生成，未必真实。文件的元数据会注明这一点。</translation>
        </message>
        <message>
            <source>Times are shown once the engine has generated something on this computer.</source>
            <translation>引擎在这台电脑上生成过内容后，才会显示预计用时。</translation>
        </message>
        <message>
            <source>Upscale</source>
            <translation>放大</translation>
        </message>
        <message>
            <source>Photos</source>
            <translation>照片</translation>
        </message>
        <message>
            <source>Scale</source>
            <translation>放大倍数</translation>
        </message>
        <message>
            <source>Save</source>
            <translation>保存位置</translation>
        </message>
        <message>
            <source>Engine</source>
            <translation>引擎</translation>
        </message>
        <message numerus="yes">
            <source>Upscale %n Photo(s)</source>
            <translation>
                <numerusform>放大 %n 张照片</numerusform>
            </translation>
        </message>
        <message>
            <source>Choose the folder to save in.</source>
            <translation>请选择保存文件夹。</translation>
        </message>
        <message>
            <source>Add Photos…</source>
            <translation>添加照片…</translation>
        </message>
        <message>
            <source>Add Folder…</source>
            <translation>添加文件夹…</translation>
        </message>
        <message>
            <source>Remove</source>
            <translation>移除</translation>
        </message>
        <message>
            <source>All Files</source>
            <translation>所有文件</translation>
        </message>
        <message>
            <source>Add Photos</source>
            <translation>添加照片</translation>
        </message>
        <message>
            <source>Add the Photos of a Folder</source>
            <translation>添加文件夹中的照片</translation>
        </message>
        <message>
            <source>Upscale Queue</source>
            <translation>放大队列</translation>
        </message>
        <message>
            <source>No photos yet. Add photos, or drop files and folders here.</source>
            <translation>还没有照片。可点击“添加照片”，或将文件和文件夹拖放到这里。</translation>
        </message>
        <message>
            <source>Selected</source>
            <translation>所选照片</translation>
        </message>
        <message>
            <source>Clear Finished</source>
            <translation>清除已完成</translation>
        </message>
        <message>
            <source>Open Result</source>
            <translation>打开结果</translation>
        </message>
        <message>
            <source>Show in Folder</source>
            <translation>在文件夹中显示</translation>
        </message>
        <message>
            <source>Try Again</source>
            <translation>重试</translation>
        </message>
        <message>
            <source>Remove from Queue</source>
            <translation>移出队列</translation>
        </message>
        <message>
            <source>Pause</source>
            <translation>暂停</translation>
        </message>
        <message>
            <source>Resume</source>
            <translation>继续</translation>
        </message>
        <message numerus="yes">
            <source>{done} of %n photo(s) finished</source>
            <translation>
                <numerusform>已完成 {done} / %n 张照片</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n photo(s) finished</source>
            <translation>
                <numerusform>%n 张照片已完成</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n failed</source>
            <translation>
                <numerusform>%n 张失败</numerusform>
            </translation>
        </message>
        <message>
            <source>paused</source>
            <translation>已暂停</translation>
        </message>
        <message>
            <source>waiting for the view</source>
            <translation>等待视图生成</translation>
        </message>
        <message>
            <source>{time} left</source>
            <translation>剩余 {time}</translation>
        </message>
        <message>
            <source>Already done: {name}</source>
            <translation>此前已完成：{name}</translation>
        </message>
        <message>
            <source>Done: {name}</source>
            <translation>已完成：{name}</translation>
        </message>
        <message>
            <source>Failed: {reason}</source>
            <translation>失败：{reason}</translation>
        </message>
        <message>
            <source>Waiting</source>
            <translation>等待中</translation>
        </message>
        <message>
            <source>Pausing…</source>
            <translation>正在暂停…</translation>
        </message>
        <message>
            <source>Paused while the view is being generated</source>
            <translation>正在生成视图，已暂停放大</translation>
        </message>
        <message>
            <source>Starting…</source>
            <translation>正在开始…</translation>
        </message>
        <message>
            <source>{width} × {height} pixels</source>
            <translation>{width} × {height} 像素</translation>
        </message>
        <message>
            <source>up to {width} × {height} pixels</source>
            <translation>最大 {width} × {height} 像素</translation>
        </message>
        <message>
            <source>about {time}</source>
            <translation>约 {time}</translation>
        </message>
        <message>
            <source>up to {size}</source>
            <translation>最大 {size}</translation>
        </message>
    </context>
    <context>
        <name>View</name>
        <message>
            <source>Looking for text and faces…</source>
            <translation>正在查找文字和人脸…</translation>
        </message>
        <message>
            <source>No text or faces found</source>
            <translation>未发现文字或人脸</translation>
        </message>
        <message>
            <source>Text and faces: detection is not installed</source>
            <translation>文字和人脸：未安装检测功能</translation>
        </message>
        <message>
            <source>Text: letters may be invented</source>
            <translation>文字：字符可能是虚构的</translation>
        </message>
        <message>
            <source>Face: features may be invented</source>
            <translation>人脸：五官可能是虚构的</translation>
        </message>
        <message>
            <source>Enlarged, no detail added</source>
            <translation>仅放大，未添加细节</translation>
        </message>
        <message>
            <source>Original photo</source>
            <translation>原始照片</translation>
        </message>
        <message>
            <source>Original photo (scaled down)</source>
            <translation>原始照片（缩小）</translation>
        </message>
        <message>
            <source>Original photo (enlarged)</source>
            <translation>原始照片（放大）</translation>
        </message>
        <message>
            <source>Generated detail, level {step} ({scale})</source>
            <translation>生成的细节，第 {step} 级（{scale}）</translation>
        </message>
        <message>
            <source>Enlarged, level {step} ({scale})</source>
            <translation>仅放大，第 {step} 级（{scale}）</translation>
        </message>
        <message>
            <source>{detail}, not yet at full detail</source>
            <translation>{detail}，尚未达到完整细节</translation>
        </message>
        <message>
            <source>Texture borrowed from elsewhere in this photo</source>
            <translation>取自这张照片其他位置的纹理</translation>
        </message>
        <message>
            <source>No generated detail in view</source>
            <translation>当前视图中没有生成的细节</translation>
        </message>
        <message>
            <source>Matches the coarser level</source>
            <translation>与较粗级别一致</translation>
        </message>
        <message>
            <source>Deviates by {levels} of 255 grey levels</source>
            <translation>偏差 {levels} 级灰度（共 255 级）</translation>
        </message>
        <message>
            <source>Deviates by {levels} grey levels or more</source>
            <translation>偏差 {levels} 级灰度或以上</translation>
        </message>
        <message>
            <source>texture borrowed from elsewhere in this photo</source>
            <translation>取自这张照片其他位置的纹理</translation>
        </message>
        <message>
            <source>Not for diagnosis: generated detail is not evidence</source>
            <translation>不可用于诊断：生成的细节不能作为依据</translation>
        </message>
        <message>
            <source>Original photo, scaled to {percent}%</source>
            <translation>原始照片，缩小到 {percent}%</translation>
        </message>
        <message>
            <source>Original photo at 100%</source>
            <translation>原始照片，100%</translation>
        </message>
        <message>
            <source>Original photo, slightly enlarged</source>
            <translation>原始照片，略微放大</translation>
        </message>
        <message>
            <source>Original photo, enlarged {factor}×</source>
            <translation>原始照片，放大 {factor} 倍</translation>
        </message>
        <message>
            <source>1 photo pixel = {size} screen pixels</source>
            <translation>1 个照片像素 = {size} 个屏幕像素</translation>
        </message>
        <message>
            <source>Enlarged, no detail added ({engine})</source>
            <translation>仅放大，未添加细节（{engine}）</translation>
        </message>
        <message>
            <source>{draft} over {detail}</source>
            <translation>{draft}，下层为{detail}</translation>
        </message>
        <message>
            <source>{detail}, with {texture}</source>
            <translation>{detail}，含{texture}</translation>
        </message>
        <message>
            <source>{draft}, not yet generated by {engine}</source>
            <translation>{draft}，{engine} 尚未生成</translation>
        </message>
        <message>
            <source>Enlarged where not yet generated by {engine}</source>
            <translation>{engine} 尚未生成的部分仅放大显示</translation>
        </message>
        <message>
            <source>{detail}; partly {texture}</source>
            <translation>{detail}；部分为{texture}</translation>
        </message>
        <message>
            <source>AI-generated {level} ({engine})</source>
            <translation>由 AI 生成的 {level} 细节（{engine}）</translation>
        </message>
        <message>
            <source>AI-generated detail ({engine})</source>
            <translation>由 AI 生成的细节（{engine}）</translation>
        </message>
        <message>
            <source>Draft by a small model</source>
            <translation>小模型生成的预览稿</translation>
        </message>
        <message>
            <source>Draft of {level}</source>
            <translation>{level} 预览稿</translation>
        </message>
        <message>
            <source>original photo</source>
            <translation>原始照片</translation>
        </message>
        <message>
            <source>generated by {engine}</source>
            <translation>由 {engine} 生成</translation>
        </message>
        <message>
            <source>enlarged ({engine})</source>
            <translation>仅放大（{engine}）</translation>
        </message>
        <message>
            <source>Go to Coordinates</source>
            <translation>转到坐标</translation>
        </message>
        <message>
            <source>X (pixels from the left)</source>
            <translation>X（距左边缘的像素数）</translation>
        </message>
        <message>
            <source>Y (pixels from the top)</source>
            <translation>Y（距上边缘的像素数）</translation>
        </message>
        <message>
            <source>Magnification</source>
            <translation>放大倍率</translation>
        </message>
        <message>
            <source>The photo has {width} × {height} pixels. You can also paste “1234, 567 @ ×64”.</source>
            <translation>照片尺寸为 {width} × {height} 像素。也可以粘贴“1234, 567 @ ×64”。</translation>
        </message>
        <message>
            <source>Go</source>
            <translation>转到</translation>
        </message>
        <message>
            <source>Copy Coordinates</source>
            <translation>复制坐标</translation>
        </message>
        <message>
            <source>Magnification: enter one, or choose from the list</source>
            <translation>放大倍率：输入或从列表中选择</translation>
        </message>
        <message>
            <source>Choose a magnification</source>
            <translation>选择放大倍率</translation>
        </message>
        <message>
            <source>Fit</source>
            <translation>适合窗口</translation>
        </message>
        <message>
            <source>Fill</source>
            <translation>填满窗口</translation>
        </message>
        <message>
            <source>Fit Width</source>
            <translation>适合宽度</translation>
        </message>
        <message>
            <source>Fit Height</source>
            <translation>适合高度</translation>
        </message>
        <message>
            <source>Enter a magnification such as 400%, ×64 or Fit.</source>
            <translation>请输入放大倍率，例如 400%、×64 或“适合窗口”。</translation>
        </message>
        <message>
            <source>Image</source>
            <translation>图像</translation>
        </message>
        <message>
            <source>Shown once this view is complete</source>
            <translation>当前视图完成后显示</translation>
        </message>
        <message>
            <source>The graphics driver cannot be used. The CPU renders the view instead.</source>
            <translation>显卡驱动无法使用，改由 CPU 渲染视图。</translation>
        </message>
        <message>
            <source>The graphics driver failed. The CPU renders the view from now on.</source>
            <translation>显卡驱动出错，接下来改由 CPU 渲染视图。</translation>
        </message>
        <message>
            <source>cozviewer ended unexpectedly while the graphics driver started, so the CPU renders the view. To try the GPU again, choose View &gt; Rendering &gt; GPU.</source>
            <translation>cozviewer 上次在启动显卡驱动时意外退出，因此改由 CPU 渲染视图。要重新尝试 GPU，请选择“视图 &gt; 渲染 &gt; GPU”。</translation>
        </message>
        <message>
            <source>Navigator: click or drag to move the view (M to hide)</source>
            <translation>导航器：单击或拖动可移动视图（按 M 隐藏）</translation>
        </message>
        <message>
            <source>x {x}, y {y}</source>
            <translation>x {x}, y {y}</translation>
        </message>
        <message>
            <source>{image}: {origin}</source>
            <translation>{image}：{origin}</translation>
        </message>
        <message>
            <source>prompt: “{prompt}”</source>
            <translation>提示词：“{prompt}”</translation>
        </message>
        <message>
            <source>Drag to select an area. Press Esc to cancel.</source>
            <translation>拖动以选择区域，按 Esc 取消。</translation>
        </message>
        <message>
            <source>{width} × {height} pixels</source>
            <translation>{width} × {height} 像素</translation>
        </message>
        <message>
            <source>{degrees}° N</source>
            <translation>{degrees}°N</translation>
        </message>
        <message>
            <source>{degrees}° S</source>
            <translation>{degrees}°S</translation>
        </message>
        <message>
            <source>{degrees}° E</source>
            <translation>{degrees}°E</translation>
        </message>
        <message>
            <source>{degrees}° W</source>
            <translation>{degrees}°W</translation>
        </message>
        <message>
            <source>Set Scale</source>
            <translation>设置比例尺</translation>
        </message>
        <message>
            <source>arcseconds</source>
            <translation>角秒</translation>
        </message>
        <message>
            <source>Unit</source>
            <translation>单位</translation>
        </message>
        <message>
            <source>Draw on Photo</source>
            <translation>在照片上画线</translation>
        </message>
        <message>
            <source>Draw a line along something of a known length</source>
            <translation>沿已知长度的物体画一条线</translation>
        </message>
        <message>
            <source>Use Scale of File</source>
            <translation>使用文件中的比例尺</translation>
        </message>
        <message>
            <source>How long is a distance in the photo? The scale is kept with the photo.</source>
            <translation>照片中的一段距离实际有多长？比例尺会为这张照片保留。</translation>
        </message>
        <message>
            <source>Distance in pixels</source>
            <translation>像素距离</translation>
        </message>
        <message>
            <source>Known length</source>
            <translation>已知长度</translation>
        </message>
        <message>
            <source>Enter two numbers above 0: the distance in pixels and its length.</source>
            <translation>请输入两个大于 0 的数：像素距离及其实际长度。</translation>
        </message>
        <message>
            <source>Enter a length that is possible.</source>
            <translation>请输入合理的长度。</translation>
        </message>
        <message>
            <source>Draw a line of a known length. Press Esc to cancel.</source>
            <translation>沿已知长度画一条线，按 Esc 取消。</translation>
        </message>
    </context>
    <context>
        <name>Window</name>
        <message>
            <source>Close (Esc)</source>
            <translation>关闭（Esc）</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>关闭</translation>
        </message>
        <message>
            <source>Zoom into a photo without limits</source>
            <translation>无限放大照片</translation>
        </message>
        <message>
            <source>Drop a photo here or click Open, then scroll to zoom in. Missing detail is generated on this computer: a draft at once, the final detail within seconds to minutes.</source>
            <translation>将照片拖放到此处或点击“打开”，然后滚动滚轮即可放大。缺失的细节在本机生成：先立即显示预览稿，几秒到几分钟后显示最终细节。</translation>
        </message>
        <message>
            <source>Open…</source>
            <translation>打开…</translation>
        </message>
        <message>
            <source>Try the Sample Photo</source>
            <translation>试用示例照片</translation>
        </message>
        <message>
            <source>Recent</source>
            <translation>最近打开</translation>
        </message>
        <message>
            <source>Browse…</source>
            <translation>浏览…</translation>
        </message>
        <message>
            <source>page {page} of {pages}</source>
            <translation>第 {page} 页，共 {pages} 页</translation>
        </message>
        <message>
            <source>{number} of {count}</source>
            <translation>{number}/{count}</translation>
        </message>
    </context>
</TS>

"""cozviewer: scroll into a photo without end.

The way of one wheel event, and where each part of it lives:

    wheel                   ui/view/gestures, wheel     what the event means
    -> camera               ui/view/navigator, motion   glides there; exact at any depth
    -> plan                 ui/view/tiles/mosaic, pyramid/plan   which tiles to show and to fetch
    -> paint                ui/view/canvas, layer, painting  at once, from what is in memory
                            (painting/gpu, paint_pace)  coarsely in motion, where too slow
       <- tiles             jobs/tile_loader, ui/view/tiles   from the source or the store
    -> rest                 ui/refiner                  one loop for each shown image
    -> draft                jobs/quick_job, chain/quick_view   at once, by a small network; shown
                            ui/view/tiles               until tiles cover it; never kept
    -> step request         jobs/document, view_work, zoom_worker   on a QThread
    -> chain                chain/chain, planned, runs  what must be generated, coarse to fine
                            (chain/whole, joining/rows) a row at a time, for whole levels
       -> prompt, upscale   chain/protocols <- models/  the interfaces, and what implements them
       -> adaptive scale    chain/rescale               soft parts are drawn from further away
       -> clear             chain/clear                 no model where nothing can be seen
       -> fidelity          chain/fidelity              colours stay those of the parent
       -> texture           chain/textures              what is lacking is borrowed from the photo
       -> join              chain/joining               no border to the tiles that exist
       -> tiles             chain/step, pyramid/store   kept permanently
    -> "tiles made"         jobs/document               the plan is made again, the tiles fade in
    -> transparency         image/alpha, pyramid/transparency, ui/view/painting/veil   the backdrop
    -> exact frame          ui/view/exact_frame, jobs/frame_composer, pyramid/compose   as `render`
    -> ahead                ui/idle, jobs/ahead         the likely next view, while idle

The way of one export, from the window or a command:

    ui/export/dialog, commands/render   what is to be made, as a value: export/tasks
    -> jobs/exports/export_job          on the thread of the steps (a command: its main thread)
    -> export/run                       generates the missing tiles, then, or meanwhile
       (export/streaming)               where a large file is written from top to bottom
       -> export/provenance             where the pixels come from, and their prompts
       -> pyramid/compose               the pixels
       -> export/image, large, movie, strip   the file, written atomically (util/atomic)
       -> export/signing                Content Credentials

Where an image comes from: image/source opens it, image/levels holds its levels. In memory by
image/decode; what stays in its file by image/tiled (TIFF, huge JPEG and PNG) and image/regions
(slides, maps, pages, drawings: one process per file, readers/worker, forked by util/forks). What
its numbers look like is image/tone (the value), image/toning, ui/tone; where its pixels lie,
image/georeference; how large they are, image/subject -> pyramid/scale_bar -> ui/view/labels,
export/scale_bar. config/fields has what each field of work decides.

Whole photos: ui/upscale, jobs/exports/upscale_job, commands/upscale -> export/upscaling/upscale ->
export/run. The queue of the window is kept beside the settings and yields to the view.

Whole levels on many machines: export/run (`Generator`) <- cluster/generator -> units, schedule,
driver -> worker (on a node) -> writer -> pyramid/store.

Progress: chain/pace and `chain.Progress` -> ui/status (the line below the image) and
ui/view/drawing_mark (on the image); chain/stages while a model loads.

The window: ui/main_window (input), window_parts (its widgets), commands (every command),
image_controller (which image is open), image_scope (what lives as long as it), files/browsing (the
walk through a folder), travel (back, forward, zoom box, orientation), info (panels), preferences
(settings, theme, shortcuts). Requests of which only the newest counts: jobs/latest. A turned view
is upright everywhere but in what pyramid/compose returns and a pane paints (pyramid/orientation).
Text passes through util/translation; ui/language chooses the language.

Prompts that a person changed make a draft beside the store, kept or discarded: ui/prompts,
jobs/drafting, chain/draft, pyramid/store/draft. Models share memory through models/memory/manager;
number formats are timed by models/number_formats; files are fetched by models/download. What is
real in a view is shown by chain/trust (overlays, detections) and borrowed_texture. Opening a path
gives a `session.source.OpenedImage`: the source, and the session if there is one. Image tags come
from models/ram, a second diffusion engine is models/pisa; both share models/coz/tiled_diffusion.
Alignment of the prompter: commands/align -> align (samples by the chain, rewards, judging) ->
models/align. On x86 CPUs and without torch, OpenVINO runs the built-in networks:
models/without_torch. In the window, models run in a separate process: models/worker (remote,
client -> server). Memory is returned after a photo: jobs/memory_return; over a huge one what is
large returns at once: util/memory. Garbage is collected on the GUI thread alone: jobs/collector.

Imports go one way: app, cli -> commands, ui -> jobs -> session -> align, evaluate -> export,
cluster -> chain -> pyramid, config -> image -> util. `assembly` puts models and chain together for
both programs; nothing else imports `models`. What comes from files and servers is read without
trust: pyramid/store/sqlite_guard and util/checked (sessions, stores), util/paths (names),
export/origin (metadata); util/text and ui/widgets/plain show it as plain text. No file is replaced
without a question: export/targets, ui/export/target, commands/common/output. Terms: see the
docstrings of pyramid/geometry (level, tile), pyramid/camera and chain/recipe.
"""

__version__ = "0.1.0"

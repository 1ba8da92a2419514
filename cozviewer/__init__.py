"""cozviewer: scroll into a photo without end.

The way of one wheel event, and where each part of it lives:

    wheel                   ui/gestures, ui/wheel       what the event means
    -> camera               ui/navigator, pyramid/camera  glides there; exact at any depth
    -> plan                 ui/mosaic, pyramid/plan     which tiles are seen, stand in, are missing
    -> paint                ui/canvas, ui/layer, ui/painter   at once, from what is in memory
                            (ui/gpu, ui/paint_pace)     coarsely in motion, where that is too slow
       <- tiles             jobs/tile_loader, ui/tile_cache   from the source or the store
    -> draft                jobs/quick_job, chain/quick_view   at once, by a small network; shown
                            ui/draft_pieces, sharper    until tiles cover it, or over them where
                                                        they are enlarged; never kept
    -> rest                 ui/main_window              the gesture has settled
    -> step request         jobs/document, jobs/zoom_worker   on a QThread
    -> chain                chain/chain, planned, runs  what must be drawn, coarse to fine
       -> prompt, upscale   chain/protocols <- models/  the doors, and what comes through them
       -> adaptive scale    chain/rescale               soft parts are seen from further away
       -> fidelity          chain/fidelity              colour stays true to the parent
       -> texture           chain/texture, material     what it lacks is borrowed from the photo
       -> join              chain/beyond, chain/join    no border to what is there already
       -> tiles             chain/step, pyramid/store   kept for good
    -> "tiles made"         jobs/document               the plan is made anew, the tiles fade in
    -> exact frame          jobs/frame_composer, pyramid/compose   what `render` gives, too
    -> ahead                ui/idle, jobs/ahead   while idle, the likely next view is drawn

How far the work is: chain/pace, chain/chain.Progress -> ui/readout, ui/work_pace (between two
reports) and ui/drawing_mark (on the picture); chain/stages while a model loads.

Words that a person changed make a draft beside the store, kept or discarded: ui/prompting,
jobs/drafting, chain/draft, pyramid/store_draft. Models share memory by models/room and its plan,
their number format is timed by models/fastest (int8: models/openvino_int8); two recipes the models
by models/shared; they are fetched by models/hub. Two pictures are compared in ui/compare (which
two: ui/sides; unnamed: ui/blind), large ones saved in bands by export/large, movies made by filming
along pyramid/flight. What is real in a view is told by overlays, findings (text and faces),
pyramid/origins and chain/borrowed (texture from elsewhere in it). Sessions: pyramid/session*,
export/session, chain/kept, ui/sessions. Figures about methods: evaluate, commands/evaluate*; about
this machine: commands/bench*.

Imports go one way: app, cli -> commands, ui -> jobs -> filming -> findings ->
provenance, overlays -> chain, export, evaluate -> pyramid.
`assembly` puts models and chain together for both programs; `models` is known to nobody else.
What comes from files and servers is read without trust: pyramid/sqlite_guard and pyramid/checked
(sessions, stores), pyramid/paths (names), export/origin (metadata); `text` and ui/plain show it as
it is. pyramid/background runs decoders that cannot be interrupted. No file is replaced without a
question: export/targets, ui/target, commands/output. `temporary` makes temporary files and removes
them, `signals` handles Ctrl-C and its like, jobs/watchdog ends a process that does not end by
itself, ui/crash_dialog shows errors that nothing caught.
Words: see the docstrings of `pyramid/geometry` (level, tile), `pyramid/camera`, `chain/recipe`.
"""

__version__ = "0.1.0"

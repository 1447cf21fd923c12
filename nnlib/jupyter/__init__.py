"""What Jupyter's server does with notebooks of the course: it saves views as pictures.

Installing nnlib tells every server of the same Python so, by `jupyter_server_config.d/nnlib.json`: JupyterLab, Jupyter
Notebook, or that of a hub.
"""

WIDGET = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"


def without_widgets(model, path, **_):
    """Take widgets out of a notebook that is saved, where their picture or text is stored beside them.

    Opened again tomorrow, without the kernel of today, a widget says "model not found"; its picture is still there.
    Notebooks that have nothing to do with nnlib, and widgets whose state is saved as well, are left as they are.
    """
    if model["type"] != "notebook" or not isinstance(model.get("content"), dict):
        return
    cells = [cell for cell in model["content"].get("cells", []) if cell.get("cell_type") == "code"]
    if not any("nnlib" in "".join(cell["source"]) for cell in cells):
        return
    saved = model["content"].get("metadata", {}).get("widgets", {}).get(STATE, {}).get("state", {})
    for output in (output for cell in cells for output in cell.get("outputs", [])):
        data = output.get("data", {})
        if len(data) > 1 and WIDGET in data and data[WIDGET].get("model_id") not in saved:
            del data[WIDGET]


def _jupyter_server_extension_points():
    return [{"module": "nnlib.jupyter"}]


def _load_jupyter_server_extension(server):
    server.contents_manager.register_pre_save_hook(without_widgets)

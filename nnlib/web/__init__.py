"""The course as a web page that runs: JupyterLite with Python compiled for the browser (Pyodide), and no server.

command.py reads what is asked for, inputs.py finds every file and compares its checksum, wheels.py makes packages of
them, site.py puts the site together, serve.py shows it on this machine; static/ is what the browser runs besides.
"""

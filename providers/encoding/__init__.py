"""The one H.264 encoder of the house, shared by the sandbox's renderer and by the browser proxies."""

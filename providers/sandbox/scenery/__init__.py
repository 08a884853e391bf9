"""Paper-cut film sets, drawn from the words of a prompt: layers with parallax, one subject, weather, a camera, a slate."""

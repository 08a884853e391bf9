"""Paper-cut film sets from the words of a prompt: layers with parallax, a subject, weather, a camera."""

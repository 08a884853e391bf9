"""Google's video models: Veo over long-running operations (Vertex's and the Gemini API's), Omni over interactions."""

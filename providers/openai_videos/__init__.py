"""The OpenAI Videos protocol (`/v1/videos`): retired where it was born, alive in other servers and in our sandbox."""

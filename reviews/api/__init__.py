"""The judging side by API, to read: files of takes, what was published, the trail. Nothing here decides."""

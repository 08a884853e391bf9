"""Everything by API as well: the same forms and actions as the pages, for software that holds a token."""

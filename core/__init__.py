"""The language and the memory of Liandong: what can be asked, what has happened, what is known. Imports no other room."""

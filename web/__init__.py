"""The edge: HTTP, WebSocket, pages, command line. Endpoints decode, hand over and answer; no rule of the field stands here."""

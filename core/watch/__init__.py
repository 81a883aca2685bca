"""The watches 哨兵: eighteen lessons of official inquiries, each a pure function of what happened and of now.

A rule says, for one thing as it stands, which conditions run and when each becomes a finding (`Candidate`). Only the things that an
event is about are asked again after it, so an event costs the same however long the log is. `engine.Watch` keeps the list.
"""

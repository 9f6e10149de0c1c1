"""What the window is made of beside its rooms: where they lie, menus, keys, and one file a talk between rooms."""

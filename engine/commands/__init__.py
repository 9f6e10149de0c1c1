"""The commands of ``cnn-engine``, one module each, imported when it is called.

Each has ``add_arguments(parser)`` and ``run(arguments) -> exit code``.
"""

// The precompiled headers are built with this file, each with a target of its own.

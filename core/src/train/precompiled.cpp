// The precompiled header of every file that includes torch is built with this file.

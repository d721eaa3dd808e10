#pragma once

namespace pipeline {

/// What is said of an exception that nobody can ask: C++ lets a plugin throw a number or a text.
inline constexpr const char* foreign_exception =
    "a plugin threw an object that is no std::exception: let it throw a pipeline::Error, which says what is wrong";

}  // namespace pipeline

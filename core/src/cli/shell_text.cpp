#include "cli/shell_text.h"

namespace pipeline {

std::string shell_quoted(std::string word) {
  if (!word.empty() && word.find_first_of(" \t\n\"'`$\\|&;<>(){}[]*?!#~") == std::string::npos) return word;
  for (std::size_t at = 0; (at = word.find('\'', at)) != std::string::npos; at += 4) word.replace(at, 1, "'\\''");
  return "'" + word + "'";
}

}  // namespace pipeline

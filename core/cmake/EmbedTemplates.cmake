# pipeline_embed_templates(<target> <folder>)
# Embeds the files of a folder in a target; `pipeline::plugin_templates()` lists them (core/src/cli/plugin_templates.h).
function(pipeline_embed_templates target folder)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${folder} ${folder}/*)
  set(entries "")
  foreach(file IN LISTS files)
    file(READ ${folder}/${file} content)
    string(APPEND entries "      {\"${file}\",\n       R\"TEMPLATE(${content})TEMPLATE\"},\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${folder}/${file})
  endforeach()
  file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/plugin_templates.cpp @ONLY CONTENT [[
// Made by pipeline_embed_templates.
#include "cli/plugin_templates.h"

namespace pipeline {

std::vector<PluginTemplate> plugin_templates() {
  return {
@entries@  };
}

}  // namespace pipeline
]])
  target_sources(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/plugin_templates.cpp)
endfunction()

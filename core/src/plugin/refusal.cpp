#include "plugin/refusal.h"

namespace pipeline {

std::string code_name(RefusalCode code) {
  switch (code) {
    case RefusalCode::none:
      return "";
    case RefusalCode::unreadable:
      return "unreadable";
    case RefusalCode::not_a_plugin:
      return "not-a-plugin";
    case RefusalCode::other_api:
      return "other-api";
    case RefusalCode::other_abi:
      return "other-abi";
    case RefusalCode::other_libtorch:
      return "other-libtorch";
    case RefusalCode::missing_library:
      return "missing-library";
    case RefusalCode::undefined_symbol:
      return "undefined-symbol";
    case RefusalCode::not_loadable:
      return "not-loadable";
    case RefusalCode::no_entry_point:
      return "no-entry-point";
    case RefusalCode::bad_descriptor:
      return "bad-descriptor";
    case RefusalCode::load_throws:
      return "load-throws";
    case RefusalCode::registration_throws:
      return "registration-throws";
    case RefusalCode::bad_schema:
      return "bad-schema";
    case RefusalCode::name_clash:
      return "name-clash";
    case RefusalCode::crashed:
      return "crashed";
    case RefusalCode::hangs:
      return "hangs";
  }
  return "";
}

}  // namespace pipeline

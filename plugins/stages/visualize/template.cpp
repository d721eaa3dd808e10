#include "template.h"

#include <ranges>
#include <vector>

#include "pipeline/data/format.h"
#include "pipeline/data/utf8.h"
#include "pipeline/errors.h"

namespace pipeline::stage::visualize {

namespace {

std::string text_of(const Value& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return value.as_string();
  if (value.is_double()) return format_short(value.as_double());
  return to_json(value);
}

bool is_absent(const Value& value) {
  return value.is_null() || (value.is_bool() && !value.as_bool()) || (value.is_string() && value.as_string().empty()) ||
         (value.is_list() && value.as_list().empty());
}

class Filler {
 public:
  void fill(std::string_view text, const Value& values) {
    scopes_.push_back(&values);
    while (!text.empty()) {
      const std::size_t open = text.find("{{");
      out_ += text.substr(0, open);
      if (open == std::string_view::npos) break;
      text.remove_prefix(open + 2);
      const bool raw = text.starts_with('{');
      const std::string_view close = raw ? "}}}" : "}}";
      const std::size_t end = text.find(close);
      if (end == std::string_view::npos) throw Error(ExitStatus::unexpected, "a template has {{ without }}");
      const std::string_view tag = text.substr(raw ? 1 : 0, end - (raw ? 1 : 0));
      text.remove_prefix(end + close.size());
      if (tag.starts_with('#') || tag.starts_with('^')) {
        text = section(tag, text);
      } else {
        out_ += raw ? text_of(look_up(tag)) : escape_html(text_of(look_up(tag)));
      }
    }
    scopes_.pop_back();
  }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  [[nodiscard]] const Value& look_up(std::string_view name) const {
    static const Value null;
    if (name == ".") return *scopes_.back();
    for (const Value* scope : scopes_ | std::views::reverse) {
      if (const Value* found = scope->find(name)) return *found;
    }
    return null;
  }

  /// Fills one section and returns the text after it.
  std::string_view section(std::string_view tag, std::string_view text) {
    const std::string_view name = tag.substr(1);
    const std::string closing = "{{/" + std::string(name) + "}}";
    const std::size_t end = text.find(closing);
    if (end == std::string_view::npos) throw Error(ExitStatus::unexpected, "a template's section " + std::string(name) + " is not closed");
    const std::string_view inner = text.substr(0, end);
    const Value& value = look_up(name);
    if (tag.starts_with('^')) {
      if (is_absent(value)) fill(inner, *scopes_.back());
    } else if (value.is_list()) {
      for (const Value& item : value.as_list()) fill(inner, item);
    } else if (!is_absent(value)) {
      fill(inner, value);
    }
    return text.substr(end + closing.size());
  }

  std::vector<const Value*> scopes_;
  std::string out_;
};

}  // namespace

std::string fill_template(std::string_view text, const Value& values) {
  Filler filler;
  filler.fill(text, values);
  return filler.take();
}

}  // namespace pipeline::stage::visualize

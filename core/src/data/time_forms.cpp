#include "data/time_forms.h"

#include <array>

namespace pipeline {
namespace {

constexpr std::array dates{"%d/%m/%Y",  "%m/%d/%Y", "%d.%m.%Y",     "%Y/%m/%d",    "%d-%m-%Y",    "%m-%d-%Y", "%Y.%m.%d",
                           "%Y%m%d",    "%Y-%m-%d", "%d/%m/%y",     "%m/%d/%y",    "%d.%m.%y",    "%d-%m-%y", "%m-%d-%y",
                           "%b %d, %Y", "%b %d %Y", "%d %b %Y",     "%d-%b-%Y",    "%d-%b-%y",    "%d %b %y", "%d/%b/%Y",
                           "%d. %b %Y", "%Y-%b-%d", "%a %b %d, %Y", "%a %d %b %Y", "%a, %d %b %Y"};
constexpr std::array clocks{"",          " %H:%M:%S", " %H:%M",       " %H",          " %I:%M:%S %p", " %I:%M %p", " %I %p",
                            " %H.%M.%S", " %H.%M",    " %H:%M:%S.%f", " %H:%M:%S %z", " %H:%M %z",    "T%H:%M:%S", "T%H:%M"};
constexpr std::array compact{"%Y%m%d%H", "%Y%m%d%H%M", "%Y%m%d%H%M%S"};
constexpr std::array periods{"%YQ%q", "%Y-Q%q", "%Y Q%q", "Q%q %Y", "Q%q-%Y", "Q%q/%Y", "%qQ%Y", "%qQ%y",
                             "%YM%m", "%b %Y",  "%b-%Y",  "%b-%y",  "%Y %b",  "%m/%Y",  "%m.%Y", "%m-%Y"};

}  // namespace

std::vector<std::string> time_forms() {
  std::vector<std::string> forms{""};
  forms.insert(forms.end(), compact.begin(), compact.end());
  for (const char* clock : clocks) {
    for (const char* date : dates) forms.push_back(std::string(date) + clock);
  }
  forms.insert(forms.end(), periods.begin(), periods.end());
  return forms;
}

std::vector<std::string> number_forms() { return {"epoch", "epoch_ms", "epoch_us", "epoch_ns", "excel", "%Y", "%Y%m"}; }

std::string form_text(const std::string& form) { return form.empty() ? "ISO 8601" : "\"" + form + "\""; }

}  // namespace pipeline

#include "data/csv_format.h"

#include <algorithm>

#include "pipeline/errors.h"

namespace pipeline {
namespace {

char single_character(const std::string& text, const char* option) {
  if (text == "\\t") return '\t';
  if (text.size() == 1 && text != "\n" && text != "\"") return text[0];
  throw usage_error(std::string(option) + " must be one character, such as \",\" or \";\", not \"" + text + "\"");
}

MissingValues missing_values(const Value& given) {
  MissingValues missing;
  const Value::List single{given};
  for (const Value& value : given.is_list() ? given.as_list() : single) {
    if (value.is_number()) {
      missing.numbers.push_back(value.as_double());
    } else if (value.is_string()) {
      missing.words.push_back(value.as_string());
      if (const auto number = number_in_cell(value.as_string(), {}); number && number->mark.empty() && number->magnitude == 0)
        missing.numbers.push_back(number->value);
    } else if (!value.is_null()) {
      throw usage_error("na_values takes numbers and words, not " + type_name(value));
    }
  }
  return missing;
}

void set_missing(CsvFormat& format, const Value& na_values) {
  if (!na_values.is_map()) {
    format.missing = missing_values(na_values);
    return;
  }
  for (const auto& [column, values] : na_values.as_map()) {
    (column == every_column ? format.missing : format.missing_in[column]) = missing_values(values);
  }
}

}  // namespace

bool MissingValues::has_word(std::string_view cell) const { return std::ranges::find(words, cell) != words.end(); }
bool MissingValues::has_number(double number) const { return std::ranges::find(numbers, number) != numbers.end(); }

CsvFormat CsvFormat::from_options(const std::string& delimiter, const std::string& decimal, const Value& na_values) {
  CsvFormat format;
  format.delimiter = single_character(delimiter, "delimiter");
  format.numbers.decimal = single_character(decimal, "decimal");
  if (format.delimiter == format.numbers.decimal) throw usage_error("delimiter and decimal must be different characters");
  set_missing(format, na_values);
  return format;
}

CsvFormat CsvFormat::from_source(const Value& options) {
  CsvFormat format = from_options(options.at("delimiter").as_string(), options.at("decimal").as_string(), options.at("na_values"));
  const auto read = [&](const char* name, const auto& use) {
    if (const Value* value = options.find(name)) use(*value);
  };
  read("encoding", [&](const Value& v) { format.encoding = v.as_string(); });
  read("skip_rows", [&](const Value& v) { format.skip_rows = v.as_int(); });
  read("skip_after_header", [&](const Value& v) { format.skip_after_header = v.as_int(); });
  read("comment", [&](const Value& v) { format.comment = v.as_string(); });
  read("header", [&](const Value& v) { format.header = v.as_bool(); });
  read("thousands", [&](const Value& v) {
    if (!v.as_string().empty()) format.numbers.thousands = single_character(v.as_string(), "thousands");
  });
  read("censored", [&](const Value& v) { format.numbers.censored = parse_word<Censored>("censored", v.as_string()); });
  if (format.numbers.thousands == format.numbers.decimal) throw usage_error("thousands and decimal must be different characters");
  return format;
}

bool CsvFormat::is_missing_word(std::string_view word, const std::string& column) const {
  const auto own = missing_in.find(column);
  return missing.has_word(word) || (own != missing_in.end() && own->second.has_word(word));
}

CsvFormat CsvFormat::of_second_file(const Value& options) {
  Value plain = options;
  for (const char* name : {"skip_rows", "skip_after_header", "comment", "header"}) plain.as_map().erase(name);
  return from_source(plain);
}

Value na_values_of(const CsvFormat& format) {
  const auto list = [](const MissingValues& missing) {
    Value::List values(missing.words.begin(), missing.words.end());
    for (const double number : missing.numbers) values.emplace_back(number);
    return values;
  };
  const Value::List all = list(format.missing);
  if (format.missing_in.empty()) return all;
  Value::Map by_column;
  if (!all.empty()) by_column[every_column] = all;
  for (const auto& [name, missing] : format.missing_in) by_column[name] = list(missing);
  return by_column;
}

std::string delimiter_text(char delimiter) { return delimiter == '\t' ? "\\t" : std::string(1, delimiter); }

}  // namespace pipeline

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "pipeline/errors.h"
#include "pipeline/schema.h"

/// Options of a component, declared once. A plain struct holds them, its initialisers are the defaults, and one list names every member:
///
///     struct AdamOptions {
///       double lr = 1e-3;
///       bool amsgrad = false;
///       static constexpr auto options() {
///         return pipeline::option_list<AdamOptions>(
///             pipeline::option("lr", &AdamOptions::lr, "Step size.").above(0).search_log(1e-5, 1e-1),
///             pipeline::option("amsgrad", &AdamOptions::amsgrad, "Keep the maximum of the second moments."));
///       }
///     };
///
/// Members are bool, std::int64_t, double, std::string, a vector of the last three, an enumeration with Words (schema.h), or Value for
/// an option of several types. A list that lacks a member or holds it twice does not compile. A struct declares rules across members in
/// `static std::vector<OptionRule> rules()`.
namespace pipeline {

/// A TextForm (schema.h) as a literal, for Option::form.
struct FormOfText {
  std::string_view pattern, words, example;
};
/// How long something may take, as Lightning writes it.
inline constexpr FormOfText duration_form{"([0-9]{1,9}:){3}[0-9]{1,9}", "days:hours:minutes:seconds", "00:02:30:00"};

template <class Owner, class Member>
struct Option {
  std::string_view name;
  Member Owner::*member;
  std::string_view doc;
  std::string_view unit_text{};
  double low = 0, high = 0;
  bool has_low = false, has_high = false, low_excluded = false, high_excluded = false;
  bool is_numeric = false, is_whole = false, is_share = false, is_flag = false, is_by_name = false;
  bool is_required = false, is_secret = false, changes_result = true;
  OptionRole option_role = OptionRole::plain;
  std::array<std::string_view, 10> choice_names{};
  std::size_t choice_count = 0;
  FormOfText text_form{};
  std::size_t item_least = 0, item_most = 0;
  bool has_search = false, is_searchable = false;
  SearchRange search_range{};

  [[nodiscard]] constexpr Option at_least(double v) const {
    return with([=](Option& o) { o.low = v, o.has_low = true; });
  }
  [[nodiscard]] constexpr Option above(double v) const {
    return with([=](Option& o) { o.low = v, o.has_low = o.low_excluded = true; });
  }
  [[nodiscard]] constexpr Option at_most(double v) const {
    return with([=](Option& o) { o.high = v, o.has_high = true; });
  }
  [[nodiscard]] constexpr Option below(double v) const {
    return with([=](Option& o) { o.high = v, o.has_high = o.high_excluded = true; });
  }
  [[nodiscard]] constexpr Option between(double a, double b) const { return at_least(a).at_most(b); }
  [[nodiscard]] constexpr Option unit(std::string_view text) const {
    return with([=](Option& o) { o.unit_text = text; });
  }
  /// A Value that is an integer, a float (the type matters, as in Lightning's limit_train_batches), one of the choices if there are any, or
  /// unset.
  [[nodiscard]] constexpr Option number() const {
    return with([](Option& o) { o.is_numeric = true; });
  }
  /// A Value that is an integer, one of the choices if there are any, or unset.
  [[nodiscard]] constexpr Option whole_number() const {
    return with([](Option& o) { o.is_numeric = o.is_whole = true; });
  }
  /// A number() of which a float is a share of the whole: 1 at most.
  [[nodiscard]] constexpr Option share() const {
    return with([](Option& o) { o.is_numeric = o.is_share = true; });
  }
  /// A Value that is true, false, one of the choices if there are any, or unset; beside number() or whole_number() a number too.
  [[nodiscard]] constexpr Option flag() const {
    return with([](Option& o) { o.is_flag = true; });
  }
  /// The form of a text. The default needs none.
  [[nodiscard]] constexpr Option form(FormOfText f) const {
    return with([=](Option& o) { o.text_form = f; });
  }
  /// How many elements a list has at least and, unless 0, at most.
  [[nodiscard]] constexpr Option items(std::size_t least, std::size_t most = 0) const {
    return with([=](Option& o) { o.item_least = least, o.item_most = most; });
  }
  [[nodiscard]] constexpr Option required() const {
    return with([](Option& o) { o.is_required = true; });
  }
  [[nodiscard]] constexpr Option secret() const {
    return with([](Option& o) { o.is_secret = true; });
  }
  /// The value cannot change the result (logging, progress, workers): a new value repeats no work.
  [[nodiscard]] constexpr Option no_effect_on_result() const {
    return with([](Option& o) { o.changes_result = false; });
  }
  [[nodiscard]] constexpr Option role(OptionRole r) const {
    return with([=](Option& o) { o.option_role = r; });
  }
  /// The words that the option takes. With OptionRole::input_path, these words may stand in place of a file.
  [[nodiscard]] constexpr Option choices(std::initializer_list<std::string_view> names) const {
    return with([=](Option& o) {
      for (auto n : names) o.choice_names.at(o.choice_count++) = n;
    });
  }
  /// A Value that is a table whose values are of these words: { OT = "log" }.
  [[nodiscard]] constexpr Option choices_by_name(std::initializer_list<std::string_view> names) const {
    return choices(names).with([](Option& o) { o.is_by_name = true; });
  }
  /// Beside whole_number(): a table of such numbers by name too: { monthly = 18, yearly = 6 }.
  [[nodiscard]] constexpr Option or_by_name() const {
    return with([](Option& o) { o.is_by_name = true; });
  }
  /// A search may change this option of a slicing stage. An option with a search range needs no such mark. In tables that are searched
  /// (TableRule::searched), such as models and optimizers, a search may change every option.
  [[nodiscard]] constexpr Option searchable() const {
    return with([](Option& o) { o.is_searchable = true; });
  }
  [[nodiscard]] constexpr Option search(double a, double b, double step = 0) const {
    return with([=](Option& o) { o.has_search = true, o.search_range = {a, b, step, false}; });
  }
  [[nodiscard]] constexpr Option search_log(double a, double b) const {
    return with([=](Option& o) { o.has_search = true, o.search_range = {a, b, 0, true}; });
  }

 private:
  template <class Change>
  [[nodiscard]] constexpr Option with(Change change) const {
    Option copy = *this;
    change(copy);
    return copy;
  }
};

template <class Owner, class Member>
[[nodiscard]] constexpr Option<Owner, Member> option(std::string_view name, Member Owner::*member, std::string_view doc) {
  return {.name = name, .member = member, .doc = doc};
}

namespace detail {

struct AnyMember {
  template <class T>
  operator T() const;
};

template <class T, std::size_t... I>
consteval bool takes(std::index_sequence<I...>) {
  return requires { T{(static_cast<void>(I), AnyMember{})...}; };
}

template <class T, std::size_t N = 0>
consteval std::size_t member_count() {
  if constexpr (takes<T>(std::make_index_sequence<N + 1>{})) {
    return member_count<T, N + 1>();
  } else {
    return N;
  }
}

template <class A, class B>
consteval bool same_option(const A& a, const B& b) {
  if constexpr (std::is_same_v<A, B>) return a.name == b.name || a.member == b.member;
  return a.name == b.name;
}

template <class One, class... O, std::size_t... I>
consteval std::size_t times_listed(const One& one, const std::tuple<O...>& list, std::index_sequence<I...>) {
  return (std::size_t{0} + ... + (same_option(one, std::get<I>(list)) ? 1 : 0));
}

template <class... O, std::size_t... I>
consteval void require_distinct(const std::tuple<O...>& list, std::index_sequence<I...> all) {
  if (((times_listed(std::get<I>(list), list, all) > 1) || ...)) throw "an option_list names an option or a member twice";
}

template <class M>
struct OptionTraits;
template <>
struct OptionTraits<bool> {
  static constexpr OptionType type = OptionType::boolean;
  static bool get(const Value& v) { return v.as_bool(); }
  static Value put(bool v) { return v; }
};
template <>
struct OptionTraits<std::int64_t> {
  static constexpr OptionType type = OptionType::integer;
  static std::int64_t get(const Value& v) { return v.as_int(); }
  static Value put(std::int64_t v) { return v; }
};
template <>
struct OptionTraits<double> {
  static constexpr OptionType type = OptionType::number;
  static double get(const Value& v) { return v.as_double(); }
  static Value put(double v) { return v; }
};
template <>
struct OptionTraits<std::string> {
  static constexpr OptionType type = OptionType::string;
  static std::string get(const Value& v) { return v.as_string(); }
  static Value put(const std::string& v) { return v; }
};
template <>
struct OptionTraits<Value> {
  static constexpr OptionType type = OptionType::any;
  static Value get(const Value& v) { return v; }
  static Value put(const Value& v) { return v; }
};
template <HasWords E>
struct OptionTraits<E> {
  static constexpr OptionType type = OptionType::string;
  static E get(const Value& v) { return parse_word<E>("an option", v.as_string()); }
  static Value put(E v) { return word_of(v); }
};
template <class T>
struct OptionTraits<std::vector<T>> {
  static constexpr OptionType type = std::is_same_v<T, std::string> ? OptionType::strings
                                     : std::is_same_v<T, double>    ? OptionType::numbers
                                                                    : OptionType::integers;
  /// A single element stands for a list of one.
  static std::vector<T> get(const Value& v) {
    if (!v.is_list()) return {OptionTraits<T>::get(v)};
    std::vector<T> out;
    for (const Value& e : v.as_list()) out.push_back(OptionTraits<T>::get(e));
    return out;
  }
  static Value put(const std::vector<T>& v) {
    Value::List out;
    for (const T& e : v) out.push_back(OptionTraits<T>::put(e));
    return out;
  }
};

}  // namespace detail

/// The complete list of a struct's options. A missing member, or two options of one name or member, is a compile error.
template <class S, class... O>
[[nodiscard]] consteval auto option_list(O... options) {
  static_assert(sizeof...(O) == detail::member_count<S>(), "every member of an options struct must be named in its option_list, once");
  const std::tuple<O...> list(options...);
  detail::require_distinct(list, std::make_index_sequence<sizeof...(O)>{});
  return list;
}

/// Options of a component that has none.
struct NoOptions {
  static constexpr auto options() { return std::tuple<>(); }
};

/// The schema of an options struct as data.
template <class S>
[[nodiscard]] Schema make_schema() {
  Schema schema;
  const S defaults{};
  const auto add = [&]<class M>(const Option<S, M>& o) {
    OptionInfo info{.name = std::string(o.name),
                    .type = detail::OptionTraits<M>::type,
                    .default_value = detail::OptionTraits<M>::put(defaults.*o.member),
                    .doc = std::string(o.doc),
                    .unit = std::string(o.unit_text),
                    .minimum = {},
                    .maximum = {},
                    .minimum_excluded = o.low_excluded,
                    .maximum_excluded = o.high_excluded,
                    .numeric = o.is_numeric,
                    .whole = o.is_whole,
                    .share = o.is_share,
                    .flag = o.is_flag,
                    .by_name = o.is_by_name,
                    .required = o.is_required,
                    .choices = {},
                    .form = {},
                    .least_items = o.item_least,
                    .most_items = o.item_most,
                    .search = {},
                    .searchable = o.has_search || o.is_searchable,
                    .affects_result = o.changes_result,
                    .secret = o.is_secret,
                    .role = o.option_role};
    if (o.has_low) info.minimum = o.low;
    if (o.has_high) info.maximum = o.high;
    if constexpr (HasWords<M>) info.choices = words_of<M>();
    for (std::size_t i = 0; i < o.choice_count; ++i) info.choices.emplace_back(o.choice_names.at(i));
    if (const FormOfText& form = o.text_form; !form.pattern.empty())
      info.form = {std::string(form.pattern), std::string(form.words), std::string(form.example)};
    if (o.has_search) info.search = o.search_range;
    schema.options.push_back(std::move(info));
  };
  std::apply([&](const auto&... o) { (add(o), ...); }, S::options());
  if constexpr (requires { S::rules(); }) schema.rules = S::rules();
  return schema;
}

/// The struct with the values of `given`; all other members keep their defaults. Error (usage) names every mistake in `given`.
template <class S>
[[nodiscard]] S bind_options(const Value& given) {
  const Value map = given.is_null() ? Value(Value::Map{}) : given;
  std::vector<std::string> wrong;
  for (const OptionMistake& m : check_options(make_schema<S>(), map)) wrong.push_back(m.message);
  if (!wrong.empty()) throw Error(ExitStatus::usage, std::move(wrong));
  S out{};
  const auto read = [&]<class M>(const Option<S, M>& o) {
    if (const Value* v = map.find(o.name)) out.*o.member = detail::OptionTraits<M>::get(*v);
  };
  std::apply([&](const auto&... o) { (read(o), ...); }, S::options());
  return out;
}

/// The struct as a map of all its options.
template <class S>
[[nodiscard]] Value to_value(const S& options) {
  Value out{Value::Map{}};
  const auto write = [&]<class M>(const Option<S, M>& o) { out[o.name] = detail::OptionTraits<M>::put(options.*o.member); };
  std::apply([&](const auto&... o) { (write(o), ...); }, S::options());
  return out;
}

}  // namespace pipeline

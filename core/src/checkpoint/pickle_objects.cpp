#include "checkpoint/pickle_objects.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace pipeline::pickle {

namespace {

constexpr std::array<std::pair<std::string_view, torch::ScalarType>, 10> types{{{"Float", torch::kFloat},
                                                                                {"Double", torch::kDouble},
                                                                                {"Half", torch::kHalf},
                                                                                {"BFloat16", torch::kBFloat16},
                                                                                {"Long", torch::kLong},
                                                                                {"Int", torch::kInt},
                                                                                {"Short", torch::kShort},
                                                                                {"Char", torch::kChar},
                                                                                {"Byte", torch::kByte},
                                                                                {"Bool", torch::kBool}}};
constexpr std::array<std::string_view, 10> dtypes{"torch.float32", "torch.float64", "torch.float16", "torch.bfloat16", "torch.int64",
                                                  "torch.int32",   "torch.int16",   "torch.int8",    "torch.uint8",    "torch.bool"};
constexpr std::string_view rebuild_tensor = "torch._utils._rebuild_tensor_v2", rebuild_parameter = "torch._utils._rebuild_parameter";
constexpr std::string_view ordered_dict = "collections.OrderedDict", counter = "collections.Counter", torch_size = "torch.Size";
constexpr std::size_t most_dimensions = 64, most_depth = 200, most_text = std::size_t{256} << 20U;

/// The scalar type of a storage class such as "torch.FloatStorage".
std::optional<torch::ScalarType> storage_type(std::string_view name) {
  constexpr std::string_view front = "torch.", back = "Storage";
  if (!name.starts_with(front) || !name.ends_with(back) || name.size() <= front.size() + back.size()) return std::nullopt;
  const std::string_view type = name.substr(front.size(), name.size() - front.size() - back.size());
  const auto found = std::ranges::find(types, type, &decltype(types)::value_type::first);
  return found == types.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::int64_t> integers(const Object& object) {
  std::vector<std::int64_t> out;
  for (const Object* item : expect<Tuple>(object, "a tensor without a shape").items)
    out.push_back(expect<std::int64_t>(*item, "a shape that is no integer"));
  return out;
}

/// Whether a view stays within `count` values and has no more elements than that.
bool fits(std::int64_t count, std::int64_t offset, const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& strides) {
  if (shape.size() != strides.size() || shape.size() > most_dimensions || offset < 0 || offset > count) return false;
  std::int64_t values = 1, last = offset;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    std::int64_t reach = 0;
    if (shape[d] < 0 || strides[d] < 0 || __builtin_mul_overflow(values, shape[d], &values)) return false;
    if (shape[d] == 0) continue;
    if (__builtin_mul_overflow(shape[d] - 1, strides[d], &reach) || __builtin_add_overflow(last, reach, &last)) return false;
  }
  return values == 0 || (last < count && values <= count);
}

torch::Tensor view(const Tuple& arguments) {
  if (arguments.items.size() < 6 || arguments.items.size() > 7)
    throw training_error("the file is damaged: a tensor is not described fully");
  const torch::Tensor& values = expect<Storage>(*arguments.items[0], "a tensor without a storage").values;
  const auto offset = expect<std::int64_t>(*arguments.items[1], "a tensor without an offset");
  const auto shape = integers(*arguments.items[2]), strides = integers(*arguments.items[3]);
  if (!fits(values.numel(), offset, shape, strides)) throw training_error("the file is damaged: a tensor reaches beyond its numbers");
  return values.as_strided(shape, strides, offset);
}

/// Copies objects into values.
class Copier {
 public:
  State copy(const Object& object) {
    if (++count_ > most_objects) throw training_error("it holds more than " + std::to_string(most_objects) + " entries");
    if (++depth_ > most_depth) throw training_error("it is nested deeper than " + std::to_string(most_depth) + " levels");
    State out = std::visit([this](const auto& content) { return convert(content); }, object.content);
    --depth_;
    return out;
  }

 private:
  template <class T>
  State convert(const T& plain) {
    return plain;
  }
  State convert(const std::monostate&) { return {}; }
  State convert(const std::string& text) {
    count_text(text);
    return text;
  }
  void count_text(const std::string& text) {
    text_ += text.size();
    if (text_ > most_text) throw training_error("its texts are longer than 256 MiB");
  }
  State convert(const Global& global) { return global.name; }  // a dtype
  State convert(const Storage& storage) { return storage.values; }
  State convert(const List& list) { return items(list.items); }
  State convert(const Tuple& tuple) { return State::Tuple{items(tuple.items)}; }
  State convert(const Dict& dict) {
    const bool by_number = !dict.items.empty() && std::holds_alternative<std::int64_t>(dict.items.front().first->content);
    return by_number ? State(int_map(dict)) : State(map(dict));
  }

  State::List items(const std::vector<Object*>& objects) {
    State::List out;
    out.reserve(objects.size());
    for (const Object* object : objects) out.push_back(copy(*object));
    return out;
  }
  State::Map map(const Dict& dict) {
    State::Map out;
    for (const auto& [key, value] : dict.items) {
      const auto& name = expect<std::string>(*key, "a key that is no string");
      count_text(name);
      out.emplace_back(name, copy(*value));
    }
    return out;
  }
  State::IntMap int_map(const Dict& dict) {
    State::IntMap out;
    for (const auto& [key, value] : dict.items)
      out.insert_or_assign(expect<std::int64_t>(*key, "keys of different types in one dict"), copy(*value));
    return out;
  }

  std::size_t count_ = 0, depth_ = 0, text_ = 0;
};

}  // namespace

Object allowed_global(std::string name) {
  constexpr std::array functions{rebuild_tensor, rebuild_parameter, ordered_dict, counter, torch_size};
  const bool allowed = std::ranges::find(functions, name) != functions.end() || std::ranges::find(dtypes, name) != dtypes.end() ||
                       storage_type(name).has_value();
  if (allowed) return Global{std::move(name)};
  throw training_error("it asks for '" + name +
                       "', which no checkpoint of weights and plain data needs; nothing of it was run. Save it again without that object "
                       "(in Python: torch.save of a state_dict, numbers, strings, lists and dicts)");
}

std::string storage_class(torch::ScalarType type) {
  const auto found = std::ranges::find(types, type, &decltype(types)::value_type::second);
  if (found == types.end()) throw training_error(std::string("a tensor of type ") + c10::toString(type) + " fits no checkpoint");
  return std::string(found->first) + "Storage";
}

Object TensorBuilder::storage(const Object& id) {
  const auto& parts = expect<Tuple>(id, "an unknown reference").items;
  if (parts.size() != 5 || expect<std::string>(*parts[0], "an unknown reference") != "storage")
    throw training_error("the file is damaged: its pickle has an unknown reference");
  const auto type = storage_type(expect<Global>(*parts[1], "a storage without a type").name);
  const auto& key = expect<std::string>(*parts[2], "a storage without a key");
  const auto count = expect<std::int64_t>(*parts[4], "a storage without a size");
  if (!type || count < 0) throw training_error("the file is damaged: its pickle has a storage without a type or size");
  auto& loaded = loaded_[key];
  if (!loaded.defined()) loaded = load_(key, *type, count);
  if (loaded.scalar_type() != *type || loaded.numel() != count)
    throw training_error("the file is damaged: its pickle describes one storage in two ways");
  return Storage{loaded};
}

Object TensorBuilder::call(const Object& function, const Object& arguments) {
  const std::string& name = expect<Global>(function, "a call of something that is no function").name;
  const auto& given = expect<Tuple>(arguments, "a call without arguments");
  if (name == rebuild_tensor) return view(given);
  if (name == rebuild_parameter && given.items.size() == 3) return expect<torch::Tensor>(*given.items[0], "a parameter without a tensor");
  if (name == ordered_dict && given.items.empty()) return Dict{};
  if (name == counter && given.items.size() == 1) return expect<Dict>(*given.items[0], "a counter without its counts");  // of MultiStepLR
  if (name == torch_size && given.items.size() == 1) return expect<Tuple>(*given.items[0], "a size that is no tuple");
  throw training_error("the file is damaged: its pickle calls '" + name + "' in a way that torch.save never does");
}

State to_state(const Object& object) { return Copier().copy(object); }

}  // namespace pipeline::pickle

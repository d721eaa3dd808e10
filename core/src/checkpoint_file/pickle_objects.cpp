#include "checkpoint_file/pickle_objects.h"

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <numeric>
#include <optional>
#include <string_view>

namespace pipeline::pickle {

namespace {

constexpr std::string_view rebuild_tensor = "torch._utils._rebuild_tensor_v2", rebuild_parameter = "torch._utils._rebuild_parameter";
constexpr std::string_view ordered_dict = "collections.OrderedDict", counter = "collections.Counter", torch_size = "torch.Size";
constexpr std::size_t most_dimensions = 64, most_depth = 200;
// A pickle takes at least a byte for each entry, and repeats one by a reference of two. Longer texts are repeated too: names in dicts.
constexpr std::size_t always_fine = 10'000, entries_a_byte = 4, text_a_byte = 64;
// Weights that are tied share their numbers; no model ties each of them so often.
constexpr std::int64_t most_views = 64, always_fine_numbers = 1'000'000;

/// The type of a storage class such as "torch.FloatStorage".
std::optional<ElementType> storage_type(std::string_view name) {
  constexpr std::string_view front = "torch.", back = "Storage";
  if (!name.starts_with(front) || !name.ends_with(back) || name.size() <= front.size() + back.size()) return std::nullopt;
  const std::string_view type = name.substr(front.size(), name.size() - front.size() - back.size());
  const auto found = std::ranges::find(element_types, type, &ElementNames::storage);
  return found == element_types.end() ? std::nullopt : std::optional(found->type);
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

TensorRef flat(const StorageRef& storage) {
  return std::make_shared<const StoredTensor>(StoredTensor{.storage = storage, .offset = 0, .shape = {storage->count}, .strides = {1}});
}

/// Copies objects into values.
class Copier {
 public:
  explicit Copier(std::size_t pickle_size)
      : most_entries_(std::min(most_objects, always_fine + entries_a_byte * pickle_size)),
        most_text_(text_a_byte * (always_fine + pickle_size)) {}

  StoredValue copy(const Object& object) {
    if (++count_ > most_entries_)
      throw training_error("it holds more than " + std::to_string(most_entries_) + " entries, too many for its size");
    if (++depth_ > most_depth) throw training_error("it is nested deeper than " + std::to_string(most_depth) + " levels");
    StoredValue out = std::visit([this](const auto& content) { return convert(content); }, object.content);
    --depth_;
    return out;
  }

 private:
  template <class T>
  StoredValue convert(const T& plain) {
    return {plain};
  }
  StoredValue convert(const std::monostate&) { return {}; }
  StoredValue convert(const std::string& text) {
    count_text(text);
    return {text};
  }
  void count_text(const std::string& text) {
    text_ += text.size();
    if (text_ > most_text_)
      throw training_error("its texts are longer than " + std::to_string(most_text_) + " bytes, too long for its size");
  }
  StoredValue convert(const Global& global) { return {global.name}; }  // a dtype
  StoredValue convert(const Numbers& numbers) { return {numbers.all}; }
  StoredValue convert(const List& list) { return {items(list.items)}; }
  StoredValue convert(const Tuple& tuple) { return {StoredValue::Tuple{items(tuple.items)}}; }
  StoredValue convert(const Dict& dict) {
    const bool by_number = !dict.items.empty() && std::holds_alternative<std::int64_t>(dict.items.front().first->content);
    return by_number ? StoredValue{int_map(dict)} : StoredValue{map(dict)};
  }

  StoredValue::List items(const std::vector<Object*>& objects) {
    StoredValue::List out;
    out.reserve(objects.size());
    for (const Object* object : objects) out.push_back(copy(*object));
    return out;
  }
  StoredValue::Map map(const Dict& dict) {
    StoredValue::Map out;
    for (const auto& [key, value] : dict.items) {
      const auto& name = expect<std::string>(*key, "a key that is no string");
      count_text(name);
      out.emplace_back(name, copy(*value));
    }
    return out;
  }
  StoredValue::IntMap int_map(const Dict& dict) {
    StoredValue::IntMap out;
    for (const auto& [key, value] : dict.items)
      out.insert_or_assign(expect<std::int64_t>(*key, "keys of different types in one dict"), copy(*value));
    return out;
  }

  std::size_t most_entries_, most_text_;
  std::size_t count_ = 0, depth_ = 0, text_ = 0;
};

}  // namespace

Object allowed_global(std::string name) {
  constexpr std::array functions{rebuild_tensor, rebuild_parameter, ordered_dict, counter, torch_size};
  const bool allowed = std::ranges::find(functions, name) != functions.end() ||
                       std::ranges::find(element_types, name, &ElementNames::dtype) != element_types.end() ||
                       storage_type(name).has_value();
  if (allowed) return Global{std::move(name)};
  throw training_error("it asks for '" + name +
                       "', which no checkpoint of weights and plain data needs; nothing of it was run. Save it again without that object "
                       "(in Python: torch.save of a state_dict, numbers, strings, lists and dicts)");
}

Object TensorBuilder::storage(const Object& id) {
  const auto& parts = expect<Tuple>(id, "an unknown reference").items;
  if (parts.size() != 5 || expect<std::string>(*parts[0], "an unknown reference") != "storage")
    throw training_error("the file is damaged: its pickle has an unknown reference");
  const auto type = storage_type(expect<Global>(*parts[1], "a storage without a type").name);
  const auto& key = expect<std::string>(*parts[2], "a storage without a key");
  const auto count = expect<std::int64_t>(*parts[4], "a storage without a size");
  if (!type || count < 0) throw training_error("the file is damaged: its pickle has a storage without a type or size");
  TensorRef& loaded = loaded_[key];
  if (!loaded) {
    loaded = flat(load_(key, *type, count));
    stored_ += count;
  }
  if (loaded->storage->type != *type || loaded->storage->count != count)
    throw training_error("the file is damaged: its pickle describes one storage in two ways");
  return Numbers{loaded};
}

TensorRef TensorBuilder::view(const Tuple& arguments) {
  if (arguments.items.size() < 6 || arguments.items.size() > 7)
    throw training_error("the file is damaged: a tensor is not described fully");
  const StorageRef& storage = expect<Numbers>(*arguments.items[0], "a tensor without a storage").all->storage;
  const auto offset = expect<std::int64_t>(*arguments.items[1], "a tensor without an offset");
  auto shape = integers(*arguments.items[2]), strides = integers(*arguments.items[3]);
  if (!fits(storage->count, offset, shape, strides)) throw training_error("the file is damaged: a tensor reaches beyond its numbers");
  viewed_ = std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>()) + viewed_;
  if (viewed_ > always_fine_numbers && viewed_ / most_views > stored_)
    throw training_error("the file is damaged: its tensors use the same numbers again and again");
  return std::make_shared<const StoredTensor>(
      StoredTensor{.storage = storage, .offset = offset, .shape = std::move(shape), .strides = std::move(strides)});
}

Object TensorBuilder::call(const Object& function, const Object& arguments) {
  const std::string& name = expect<Global>(function, "a call of something that is no function").name;
  const auto& given = expect<Tuple>(arguments, "a call without arguments");
  if (name == rebuild_tensor) return view(given);
  if (name == rebuild_parameter && given.items.size() == 3) return expect<TensorRef>(*given.items[0], "a parameter without a tensor");
  if (name == ordered_dict && given.items.empty()) return Dict{};
  if (name == counter && given.items.size() == 1) return expect<Dict>(*given.items[0], "a counter without its counts");  // of MultiStepLR
  if (name == torch_size && given.items.size() == 1) return expect<Tuple>(*given.items[0], "a size that is no tuple");
  throw training_error("the file is damaged: its pickle calls '" + name + "' in a way that torch.save never does");
}

StoredValue copy_of(const Object& object, std::size_t pickle_size) { return Copier(pickle_size).copy(object); }

}  // namespace pipeline::pickle

#include "checkpoint/tensors.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "pipeline/errors.h"

namespace pipeline {

namespace {

constexpr std::array<std::pair<ElementType, torch::ScalarType>, 10> types{{{ElementType::float64, torch::kDouble},
                                                                           {ElementType::float32, torch::kFloat},
                                                                           {ElementType::float16, torch::kHalf},
                                                                           {ElementType::bfloat16, torch::kBFloat16},
                                                                           {ElementType::int64, torch::kLong},
                                                                           {ElementType::int32, torch::kInt},
                                                                           {ElementType::int16, torch::kShort},
                                                                           {ElementType::int8, torch::kChar},
                                                                           {ElementType::uint8, torch::kByte},
                                                                           {ElementType::boolean, torch::kBool}}};
static_assert(types.size() == element_types.size());

torch::ScalarType scalar_type(ElementType type) { return std::ranges::find(types, type, &decltype(types)::value_type::first)->second; }

ElementType element_type(torch::ScalarType type) {
  const auto found = std::ranges::find(types, type, &decltype(types)::value_type::second);
  if (found == types.end()) throw training_error(std::string("a tensor of type ") + c10::toString(type) + " fits no checkpoint");
  return found->first;
}

/// All numbers of a storage, copied: the file's bytes are not aligned as torch aligns its own.
torch::Tensor numbers_of(const Storage& storage) {
  torch::Tensor out = torch::empty({storage.count}, scalar_type(storage.type));
  if (storage.count > 0) std::memcpy(out.mutable_data_ptr(), storage.bytes.data(), storage.bytes.size());
  return out;
}

torch::Tensor view(const torch::Tensor& numbers, const StoredTensor& stored) {
  return numbers.as_strided(stored.shape, stored.strides, stored.offset);
}

/// Makes each storage and each tensor once.
class StateMaker {
 public:
  State make(const StoredValue& stored) {
    return std::visit([this](const auto& content) { return convert(content); }, stored.content);
  }

 private:
  template <class T>
  State convert(const T& plain) {
    return plain;
  }
  State convert(std::monostate) { return {}; }
  State convert(const StoredValue::List& list) { return items(list); }
  State convert(const StoredValue::Tuple& tuple) { return State::Tuple{items(tuple.items)}; }
  State convert(const StoredValue::Map& map) {
    State::Map out;
    for (const auto& [key, value] : map) out.emplace_back(key, make(value));
    return out;
  }
  State convert(const StoredValue::IntMap& map) {
    State::IntMap out;
    for (const auto& [key, value] : map) out.emplace(key, make(value));
    return out;
  }
  State convert(const TensorRef& stored) {
    torch::Tensor& tensor = tensors_[stored.get()];
    if (!tensor.defined()) tensor = view(numbers(*stored->storage), *stored);
    return tensor;
  }

  State::List items(const StoredValue::List& list) {
    State::List out;
    out.reserve(list.size());
    for (const StoredValue& item : list) out.push_back(make(item));
    return out;
  }
  const torch::Tensor& numbers(const Storage& storage) {
    torch::Tensor& out = storages_[&storage];
    if (!out.defined()) out = numbers_of(storage);
    return out;
  }

  std::unordered_map<const Storage*, torch::Tensor> storages_;
  std::unordered_map<const StoredTensor*, torch::Tensor> tensors_;
};

StoredValue::List stored_items(const State::List& list) {
  StoredValue::List out;
  out.reserve(list.size());
  for (const State& item : list) out.push_back(to_stored(item));
  return out;
}

struct Storer {
  template <class T>
  StoredValue operator()(const T& plain) const {
    return {plain};
  }
  StoredValue operator()(const State::List& list) const { return {stored_items(list)}; }
  StoredValue operator()(const State::Tuple& tuple) const { return {StoredValue::Tuple{stored_items(tuple.items)}}; }
  StoredValue operator()(const State::Map& map) const {
    StoredValue::Map out;
    for (const auto& [key, value] : map) out.emplace_back(key, to_stored(value));
    return {std::move(out)};
  }
  StoredValue operator()(const State::IntMap& map) const {
    StoredValue::IntMap out;
    for (const auto& [key, value] : map) out.emplace(key, to_stored(value));
    return {std::move(out)};
  }
  StoredValue operator()(const torch::Tensor& tensor) const { return {std::make_shared<const StoredTensor>(to_stored(tensor))}; }
};

}  // namespace

torch::Tensor to_tensor(const StoredTensor& stored) { return view(numbers_of(*stored.storage), stored); }

State to_state(const StoredValue& stored) { return StateMaker().make(stored); }

StoredTensor to_stored(const torch::Tensor& tensor) {
  const ElementType type = element_type(tensor.scalar_type());
  const auto plain = std::make_shared<const torch::Tensor>(tensor.detach().cpu().contiguous());
  const std::span bytes(static_cast<const unsigned char*>(plain->const_data_ptr()), plain->nbytes());
  return {.storage = std::make_shared<const Storage>(Storage{.type = type, .count = plain->numel(), .bytes = bytes, .owner = plain}),
          .offset = 0,
          .shape = plain->sizes().vec(),
          .strides = plain->strides().vec()};
}

StoredValue to_stored(const State& state) { return state.visit(Storer()); }

}  // namespace pipeline

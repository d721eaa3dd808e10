#include "checkpoint/panel_scales.h"

#include <algorithm>

#include <torch/types.h>

#include "pipeline/data/panel_scales.h"
#include "pipeline/errors.h"
#include "pipeline/train/checkpoint.h"

namespace pipeline {

namespace {

template <class T>
std::span<const T> numbers_of(const State& state, const char* key, torch::ScalarType type) {
  const torch::Tensor& tensor = state.at(key).as_tensor();
  if (tensor.scalar_type() != type || !tensor.is_contiguous()) throw training_error("the scales of its series are damaged");
  return {tensor.const_data_ptr<T>(), static_cast<std::size_t>(tensor.numel())};
}

template <class T>
torch::Tensor tensor_of(std::initializer_list<std::int64_t> shape, torch::ScalarType type, const std::vector<T>& numbers) {
  torch::Tensor out = torch::empty(shape, type);
  std::ranges::copy(numbers, out.template mutable_data_ptr<T>());
  return out;
}

}  // namespace

State panel_state(const Series& series) {
  const SeriesInfo& info = series.info();
  if (!info.panel || (!info.panel->scaled_by_series && info.fixed.empty() && info.fixed_words.empty())) return {};
  const PanelScales scales = panel_scales_of(series);
  std::string text;
  torch::Tensor ends = torch::empty({std::ssize(scales.ids)}, torch::kInt64);
  auto* end = ends.mutable_data_ptr<std::int64_t>();
  for (const std::string& id : scales.ids) *end++ = std::ssize(text += id);
  torch::Tensor bytes = torch::empty({std::ssize(text)}, torch::kUInt8);
  std::ranges::copy(text, bytes.mutable_data_ptr<std::uint8_t>());
  State::Map out{{"ids", bytes}, {"id_ends", ends}};
  const std::int64_t ids = std::ssize(scales.ids);
  if (info.panel->scaled_by_series) out.emplace_back("scale", tensor_of<double>({ids, series.columns(), 2}, torch::kDouble, scales.scale));
  if (!info.fixed.empty()) out.emplace_back("fixed", tensor_of<float>({ids, std::ssize(info.fixed)}, torch::kFloat, scales.fixed));
  if (!info.fixed_words.empty())
    out.emplace_back("fixed_codes", tensor_of<std::int32_t>({ids, std::ssize(info.fixed_words)}, torch::kInt, scales.fixed_codes));
  return out;
}

PanelScales panel_scales_of(const State& state, const SeriesInfo& info) {
  const auto text = numbers_of<std::uint8_t>(state, "ids", torch::kUInt8);
  const auto ends = numbers_of<std::int64_t>(state, "id_ends", torch::kLong);
  PanelScales out;
  std::int64_t begin = 0;
  for (const std::int64_t end : ends) {
    if (end < begin || end > std::ssize(text)) throw training_error("the ids of its series are damaged");
    const auto id = text.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
    out.ids.emplace_back(id.begin(), id.end());
    begin = end;
  }
  const auto take = [&](const char* key, torch::ScalarType type, std::size_t columns, auto& to) {
    if (columns == 0) return;
    const auto numbers = numbers_of<typename std::decay_t<decltype(to)>::value_type>(state, key, type);
    if (numbers.size() != columns * ends.size()) throw training_error("the scales of its series are damaged");
    to.assign(numbers.begin(), numbers.end());
  };
  take("scale", torch::kDouble, info.panel && info.panel->scaled_by_series ? 2 * info.columns.size() : 0, out.scale);
  take("fixed", torch::kFloat, info.fixed.size(), out.fixed);
  take("fixed_codes", torch::kInt, info.fixed_words.size(), out.fixed_codes);
  return out;
}

}  // namespace pipeline

#include "summary.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

#include "pipeline/data/format.h"

namespace pipeline::callbacks::model_summary {

namespace {

using Row = std::array<std::string, 5>;  // number, name, type, parameters, mode

std::int64_t parameter_count(const std::vector<torch::Tensor>& parameters, bool trainable_only = false) {
  std::int64_t count = 0;
  for (const torch::Tensor& p : parameters) count += trainable_only && !p.requires_grad() ? 0 : p.numel();
  return count;
}

std::vector<Row> rows_of(const torch::nn::Module& model, std::int64_t max_depth) {
  std::vector<Row> rows;
  for (const auto& item : model.named_modules("", /*include_self=*/false)) {
    if (max_depth >= 0 && std::ranges::count(item.key(), '.') >= max_depth) continue;
    const torch::nn::Module& layer = *item.value();
    rows.push_back({std::to_string(rows.size()), item.key(), layer_type(layer.name()), human_count(parameter_count(layer.parameters())),
                    layer.is_training() ? "train" : "eval"});
  }
  if (const std::int64_t own = parameter_count(model.parameters(/*recurse=*/false)); own > 0) {
    rows.push_back({" ", "other params", "n/a", human_count(own), "n/a"});
  }
  return rows;
}

std::string table_of(const std::vector<Row>& rows) {
  const Row header{" ", "Name", "Type", "Params", "Mode"};
  std::array<std::size_t, header.size()> widths{};
  std::size_t total = 3 * (header.size() + 1);
  for (std::size_t c = 0; c < header.size(); ++c) {
    widths[c] = header[c].size();
    for (const Row& row : rows) widths[c] = std::max(widths[c], row[c].size());
    total += widths[c];
  }
  const auto line_of = [&](const Row& row) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) {
      line += (c == 0 ? "" : " | ") + row[c] + std::string(widths[c] - row[c].size(), ' ');
    }
    return line + "\n";
  };
  const std::string rule = std::string(total, '-') + "\n";
  std::string text = line_of(header) + rule;
  for (const Row& row : rows) text += line_of(row);
  return text + rule;
}

std::string megabytes(const torch::nn::Module& model) {
  double bytes = 0;
  for (const torch::Tensor& p : model.parameters()) bytes += static_cast<double>(p.numel()) * static_cast<double>(p.element_size());
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.3f", bytes / 1e6);
  return text.data();
}

}  // namespace

std::string human_count(std::int64_t number) {
  static constexpr std::array<const char*, 5> units{" ", "K", "M", "B", "T"};
  std::size_t unit = 0;
  double scaled = static_cast<double>(number);
  for (; scaled >= 1000 && unit + 1 < units.size(); ++unit) scaled /= 1000;
  if (unit == 0 || scaled >= 100) return format_count(static_cast<std::int64_t>(scaled)) + " " + units.at(unit);
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f ", scaled);
  return std::string(text.data()) + units.at(unit);
}

std::string layer_type(const std::string& type_name) {
  const std::size_t scope = type_name.rfind("::");
  std::string name = scope == std::string::npos ? type_name : type_name.substr(scope + 2);
  constexpr std::size_t suffix = 4;
  if (name.ends_with("Impl") && name.size() > suffix) name.resize(name.size() - suffix);
  return name;
}

std::string summarize(const torch::nn::Module& model, std::int64_t max_depth) {
  const std::int64_t total = parameter_count(model.parameters()), trainable = parameter_count(model.parameters(), true);
  const auto layers = model.modules(/*include_self=*/false);
  const auto training = std::ranges::count_if(layers, [](const auto& layer) { return layer->is_training(); });
  std::string text = table_of(rows_of(model, max_depth));
  const auto footer = [&](std::string figure, const char* meaning) {
    figure.resize(std::max<std::size_t>(figure.size(), 10), ' ');
    text += figure + meaning + "\n";
  };
  footer(human_count(trainable), "Trainable params");
  footer(human_count(total - trainable), "Non-trainable params");
  footer(human_count(total), "Total params");
  footer(megabytes(model), "Total estimated model params size (MB)");
  footer(std::to_string(training), "Modules in train mode");
  footer(std::to_string(std::ssize(layers) - training), "Modules in eval mode");
  text.pop_back();
  return text;
}

}  // namespace pipeline::callbacks::model_summary

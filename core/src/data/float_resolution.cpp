#include "data/float_resolution.h"

#include <cmath>

#include "pipeline/data/format.h"
#include "pipeline/errors.h"

namespace pipeline {

void FloatResolution::add(std::size_t column, double value, std::int64_t series) {
  Column& of = columns_[column];
  if (value != of.before && series == of.series && !std::isnan(value) && !std::isnan(of.before)) {
    of.changes += std::abs(value - of.before);
    ++of.changed;
  }
  of.before = value;
  of.series = series;
  if (std::isnan(value)) return;
  of.roundings += std::abs(value - static_cast<double>(static_cast<float>(value)));
  ++of.rounded;
}

void FloatResolution::require(const PrepareOptions& options, const SeriesInfo& info) const {
  constexpr double most = 0.05;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    const Column& of = columns_[c];
    if (of.changed == 0) continue;
    const double change = of.changes / static_cast<double>(of.changed), rounding = of.roundings / static_cast<double>(of.rounded);
    if (rounding <= most * change) continue;
    const std::string& name = info.columns[c].name;
    const bool unscaled = options.scaler == Scaler::none;
    throw data_error(options.source.front() + ": column \"" + name + "\" changes by " + format_short(change) + " from row to row" +
                     (unscaled ? "" : " after scaling") + ", and float32, in which models compute, rounds it by " + format_short(rounding) +
                     ": a model would learn from roundings; write " +
                     (unscaled ? "scaler = \"standard\", which takes the level off first"
                               : "transform = { \"" + name + "\" = \"diff\" }, which keeps the changes alone"));
  }
}

}  // namespace pipeline

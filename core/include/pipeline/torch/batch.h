#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <vector>

#include <torch/types.h>

namespace pipeline {

/// A part of a batch that a model can read. Parts that the model does not name are not gathered for it.
enum class Input : std::uint32_t {
  past = 1U << 0,            ///< Batch::x
  past_codes = 1U << 1,      ///< Batch::past_codes
  past_mask = 1U << 2,       ///< Batch::past_mask
  target_history = 1U << 3,  ///< Batch::target_history
  future = 1U << 4,          ///< Batch::future
  future_codes = 1U << 5,    ///< Batch::future_codes
  static_values = 1U << 6,   ///< Batch::static_values
  static_codes = 1U << 7,    ///< Batch::static_codes
  series = 1U << 8,          ///< Batch::series
  time_index = 1U << 9,      ///< Batch::time_index
  naive = 1U << 10           ///< Batch::naive
};

/// A set of parts.
class Inputs {
 public:
  constexpr Inputs(std::initializer_list<Input> parts) {
    for (const Input part : parts) bits_ |= static_cast<std::uint32_t>(part);
  }
  [[nodiscard]] constexpr bool contains(Input part) const { return (bits_ & static_cast<std::uint32_t>(part)) != 0; }
  [[nodiscard]] constexpr bool contains(Inputs others) const { return (bits_ & others.bits_) == others.bits_; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  friend constexpr Inputs operator|(Inputs a, Inputs b) {
    a.bits_ |= b.bits_;
    return a;
  }
  friend constexpr Inputs operator&(Inputs a, Inputs b) {
    a.bits_ &= b.bits_;
    return a;
  }
  friend constexpr bool operator==(Inputs, Inputs) = default;

 private:
  std::uint32_t bits_ = 0;
};

/// All parts.
inline constexpr Inputs all_inputs{Input::past,   Input::past_codes,   Input::past_mask,     Input::target_history,
                                   Input::future, Input::future_codes, Input::static_values, Input::static_codes,
                                   Input::series, Input::time_index,   Input::naive};
/// The parts beside the past that are known when a forecast is made.
inline constexpr Inputs known_inputs{Input::future, Input::future_codes, Input::static_values, Input::static_codes};

/// B windows. A part that no model asked for, or that the data lack, is undefined. Numbers are float32 and codes int64, on the model's
/// device. Code 0 means a word that the training rows do not hold.
struct Batch {
  torch::Tensor x;               ///< [B, W, F] inputs, scaled (and window-normalised in the batch that a model gets)
  torch::Tensor past_codes;      ///< [B, W, C_past] words of past columns
  torch::Tensor past_mask;       ///< [B, W] 0 for rows before the begin of the series; undefined: all 1
  torch::Tensor target_history;  ///< [B, W, T] the targets' past, scaled as x is
  torch::Tensor future;          ///< [B, H, K] columns known ahead, scaled
  torch::Tensor future_codes;    ///< [B, H, C_future] words of columns known ahead
  torch::Tensor static_values;   ///< [B, S] numbers that are fixed in a series, scaled
  torch::Tensor static_codes;    ///< [B, C_static] words that are fixed in a series
  torch::Tensor series;          ///< [B] number of each window's series
  torch::Tensor time_index;  ///< [B] steps since 1970 of the last input: equal calendar positions are whole cycles apart in every series
  torch::Tensor naive;       ///< [B, T] the naive forecast of each step, scaled as y is: the last value, or a difference of 0
  torch::Tensor origin;      ///< [B] row of the last input
  torch::Tensor y;           ///< [B, H, T] truth, scaled
  torch::Tensor weight;      ///< [B, H, T] 0 where there is no truth (filled in, beyond a shorter horizon); undefined: all 1
};

/// The output that a loss needs from a model for each step and target. A point is one value; quantiles are one value a level; a
/// distribution is one value a parameter, unconstrained.
struct OutputSpec {
  enum class Kind { point, quantiles, distribution };
  Kind kind = Kind::point;
  std::vector<double> levels{};           ///< of quantiles: within (0, 1), ascending, e.g. 0.1, 0.5, 0.9
  std::string family{};                   ///< of a distribution, e.g. "normal"
  std::vector<std::string> parameters{};  ///< of a distribution, in the order of the values, e.g. "mean", "deviation"

  /// P, the values for each step and target.
  [[nodiscard]] std::int64_t width() const {
    if (kind == Kind::point) return 1;
    return static_cast<std::int64_t>(kind == Kind::quantiles ? levels.size() : parameters.size());
  }
  friend bool operator==(const OutputSpec&, const OutputSpec&) = default;
};

/// A model's output for a batch.
struct Forecast {
  torch::Tensor values{};        ///< [B, H, T] the point forecast, for all uses of a single number
  torch::Tensor quantiles{};     ///< [B, H, T, Q], Q = levels.size(); undefined: none
  std::vector<double> levels{};  ///< [Q] of the quantiles, ascending
  torch::Tensor parameters{};    ///< [B, H, T, P] of a distribution, unconstrained; undefined: none
  /// [B, 1, T] what a window_norm did to the values that the distribution is of: on the scaled series they are center + scale * value.
  /// Models leave both undefined; undefined: 0 and 1.
  torch::Tensor center{}, scale{};
  std::map<std::string, torch::Tensor> explanations{};  ///< named, e.g. "attention" [B, W]
};

}  // namespace pipeline

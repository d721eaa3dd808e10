#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ces_recursion.h"
#include "pipeline/data/local_forecaster.h"
#include "pipeline/options.h"

namespace pipeline::local::complex_smoothing {

/// Complex exponential smoothing, which has no separate trend. The season is that of `model`, or of the model with the smallest corrected
/// Akaike criterion. Quantiles are normal.
/// Source: Svetunkov, Kourentzes and Ord, Complex exponential smoothing, Naval Research Logistics, 2022.
class CES final : public LocalForecaster {
 public:
  struct Options {
    std::string model = "Z";
    static constexpr auto options() {
      return option_list<Options>(option("model", &Options::model, "The season: N none, S simple, P partial, F full, Z the best of these.")
                                      .choices({"Z", "N", "S", "P", "F"}));
    }
  };
  explicit CES(Options options) : options_(std::move(options)) {}
  /// Error (data) for a series with less than five values, or one that no model fits.
  void fit(std::span<const double> y, std::int64_t season) override;
  /// The search, as that of others, allows weights with which a state grows where later values move it, though the fit is good. Then the
  /// first update fits the series anew among the weights that forget.
  void update(std::span<const double> y) override;
  [[nodiscard]] LocalForecast forecast(std::int64_t horizon, std::span<const double> levels) const override;
  /// With "model": "N", "S", "P" or "F".
  [[nodiscard]] Value parameters() const override;

 private:
  struct Fit {
    Season kind;
    CesWeights weights;
    CesRecursion state;    ///< after the last value
    double variance = 0;   ///< of the one-step errors
    double criterion = 0;  ///< Akaike's criterion, corrected for the number of values
  };
  /// `must_forget`: only with weights that forget what a state knew.
  [[nodiscard]] static std::optional<Fit> fit_kind(Season kind, std::span<const double> y, std::int64_t season, bool must_forget);
  [[nodiscard]] std::optional<Fit> best_of(std::span<const double> y, std::int64_t season, bool must_forget) const;
  [[nodiscard]] std::vector<Season> kinds(std::size_t count, std::int64_t season) const;

  Options options_;
  std::optional<Fit> best_;
  std::vector<double> to_fit_anew_;  ///< the values that were fitted, if the weights do not forget
  std::int64_t season_ = 1;
};

}  // namespace pipeline::local::complex_smoothing

#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "cutoff_grid.h"
#include "pipeline/data/series.h"

namespace pipeline::stage::backtest {

/// The forecasts of one model from all cutoffs, in original units. NaN: there is none. C cutoffs, S series, H the largest horizon, T
/// targets.
struct ModelForecasts {
  std::string name;                                 ///< "train", "baselines/Theta"
  std::vector<double> levels{}, interval_levels{};  ///< [Q], and [L] in percent
  std::vector<double> point{};                      ///< [C, S, H, T]
  std::vector<double> quantiles{};                  ///< [C, S, H, T, Q]
  std::vector<double> intervals{};                  ///< [C, S, H, T, L, 2]
};

/// The forecasts of all models beside the truth.
class ForecastTable {
 public:
  ForecastTable(const Series& series, const CutoffGrid& grid, std::int64_t horizon);

  /// Adds what a stage measured: the forecasts in its files of predictions from cutoffs of the grid, of models of these stages (empty: of
  /// all). Error (data) if a model's levels are not those that it had before, or a file is damaged.
  void read(const std::filesystem::path& measured, const std::vector<std::string>& stages);
  /// The forecasts that repeat the last season, of series whose season is longer than a step; `seasons`: of each frequency group.
  void add_last_season(const std::vector<std::int64_t>& seasons);
  /// Error (data) that names a cutoff from which a model has no forecast of any series.
  void require_all() const;

  [[nodiscard]] const std::vector<ModelForecasts>& models() const { return models_; }
  [[nodiscard]] const std::vector<double>& truth() const { return truth_; }  ///< [C, S, H, T]; NaN: not observed
  [[nodiscard]] std::int64_t cutoffs() const { return grid_.count(); }
  [[nodiscard]] std::int64_t series() const { return series_.series_count(); }
  [[nodiscard]] std::int64_t horizon() const { return horizon_; }
  [[nodiscard]] std::int64_t targets() const { return std::ssize(series_.info().targets); }
  /// The numbers of one cutoff: S x H x T.
  [[nodiscard]] std::size_t block() const { return static_cast<std::size_t>(series() * horizon_ * targets()); }
  /// The place of a value.
  [[nodiscard]] std::size_t at(std::int64_t cutoff, std::int64_t series, std::int64_t step, std::int64_t target) const {
    return static_cast<std::size_t>(((cutoff * this->series() + series) * horizon_ + step) * targets() + target);
  }

 private:
  [[nodiscard]] ModelForecasts& model(const std::string& name, const std::vector<double>& levels,
                                      const std::vector<double>& interval_levels);
  void read_model(const std::filesystem::path& file, const std::string& name);
  [[nodiscard]] std::int64_t row_at(std::int64_t series, std::int64_t time) const;

  const Series& series_;
  const CutoffGrid& grid_;
  std::int64_t horizon_;
  std::vector<double> truth_;
  std::vector<ModelForecasts> models_;
  std::map<std::string, std::int64_t> series_by_id_;
};

/// Names of the forecasts that need no model.
inline constexpr const char* last_value_name = "last value";
inline constexpr const char* last_season_name = "last season";

}  // namespace pipeline::stage::backtest

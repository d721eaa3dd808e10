#include "pipeline/plugin.h"

#include "csv_logger.h"

PIPELINE_PLUGIN("csv", "1.0.0", "Apache-2.0", "Scalars as a CSV file") {
  registrar.add<pipeline::Logger, pipeline::loggers::csv::CSVLogger>("CSVLogger", "Scalars as metrics.csv.")
      .reference("Lightning's CSVLogger");
}

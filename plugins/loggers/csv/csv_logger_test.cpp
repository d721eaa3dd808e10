#include "csv/csv_logger.h"

#include <doctest/doctest.h>

#include <array>
#include <fstream>

#include "pipeline/data/files.h"
#include "support/recording_log.h"
#include "support/temp_folder.h"

using namespace pipeline::loggers::csv;
using pipeline::read_text;
using pipeline::test::RecordingLog;
using Pair = std::pair<std::string, double>;

TEST_CASE("columns are sorted, cells without a value are empty, doubles keep every digit") {
  const TempFolder folder;
  MetricsFile file(folder.path() / "metrics.csv");
  file.append(std::array{Row{{{"train_loss", 0.1}, {"epoch", 0}}, 49}, Row{{{"val_loss", 1.0 / 3}, {"epoch", 0}}, 99}});
  CHECK(read_text(folder.path() / "metrics.csv") ==
        "epoch,step,train_loss,val_loss\n"
        "0,49,0.1,\n"
        "0,99,,0.3333333333333333\n");
}

TEST_CASE("a file is cut back in lines and columns") {
  const TempFolder folder;
  const auto path = folder.path() / "metrics.csv";
  MetricsFile file(path);
  file.append(std::array{Row{{{"b", 1.5}}, 0}, Row{{{"b", 2.5}}, 1}});
  const std::string before = read_text(path);
  const Extent extent = Extent::from_value(file.extent().to_value());
  file.append(std::array{Row{{{"a", 7.0}}, 2}});
  MetricsFile continued(path);
  CHECK(continued.cut(extent) == 0);
  CHECK(read_text(path) == before);
  continued.append(std::array{Row{{{"b", 3.5}}, 2}});
  CHECK(read_text(path) == before + "3.5,2\n");
  CHECK(continued.extent().rows == 3);

  MetricsFile emptied(path);
  CHECK(emptied.cut({}) == 0);
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("a file that lost lines is cut to what is whole, and tells how many it lacks") {
  const TempFolder folder;
  const auto path = folder.path() / "metrics.csv";
  std::ofstream(path) << "b,step\n1.5,0\n2.5,1\n3";
  MetricsFile file(path);
  CHECK(file.cut({.rows = 5, .columns = {"b", "step"}}) == 3);
  CHECK(read_text(path) == "b,step\n1.5,0\n2.5,1\n");
  MetricsFile gone(folder.path() / "gone.csv");
  CHECK(gone.cut({.rows = 5, .columns = {"b", "step"}}) == 5);

  RecordingLog log;
  const CSVLogger logger({}, {folder.path(), false, Extent{.rows = 5, .columns = {"b", "step"}}.to_value(), log});
  REQUIRE(log.warnings().size() == 1);
  CHECK(log.warnings()[0] ==
        "CSVLogger: " + path.string() +
            " lacks 3 lines that it had when the training stopped: they are lost, and the training goes on after the gap");
}

TEST_CASE("an evaluation that is repeated leaves one line, another one adds a line") {
  const TempFolder folder;
  RecordingLog log;
  const auto evaluate = [&](double loss) {
    CSVLogger logger({}, {folder.path(), true, {}, log});
    logger.log_final_metrics(std::array{Pair("test_loss", loss), Pair("hp_metric", loss)}, 9);
    logger.finish(true);
  };
  std::ofstream(folder.path() / "metrics.csv") << "step,val_loss\n9,0.5\n";
  evaluate(0.25);
  evaluate(0.25);
  CHECK(read_text(folder.path() / "metrics.csv") == "hp_metric,step,test_loss,val_loss\n,9,,0.5\n0.25,9,0.25,\n");
  evaluate(0.125);
  const std::string both = "hp_metric,step,test_loss,val_loss\n,9,,0.5\n0.25,9,0.25,\n0.125,9,0.125,\n";
  CHECK(read_text(folder.path() / "metrics.csv") == both);
  evaluate(0.25);  // readers take the last line
  CHECK(read_text(folder.path() / "metrics.csv") == both + "0.25,9,0.25,\n");
}

TEST_CASE("a later scalar adds a column to the existing lines") {
  const TempFolder folder;
  MetricsFile file(folder.path() / "metrics.csv");
  file.append(std::array{Row{{{"b", 1.5}}, 0}});
  file.append(std::array{Row{{{"a,\"x\"", 2.5}}, 1}});
  file.append(std::array{Row{{{"b", 3.5}}, 2}});
  CHECK(read_text(folder.path() / "metrics.csv") ==
        "\"a,\"\"x\"\"\",b,step\n"
        ",1.5,0\n"
        "2.5,,1\n"
        ",3.5,2\n");
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("an existing file is continued, also after a line that a crash cut off") {
  const TempFolder folder;
  std::ofstream(folder.path() / "metrics.csv") << "epoch,step,val_loss\n0,9,0.5\n1,1";
  MetricsFile same(folder.path() / "metrics.csv");
  same.append(std::array{Row{{{"val_loss", 0.25}}, 29}});
  CHECK(read_text(folder.path() / "metrics.csv") == "epoch,step,val_loss\n0,9,0.5\n1,1\n,29,0.25\n");
  MetricsFile wider(folder.path() / "metrics.csv");
  wider.append(std::array{Row{{{"test_loss", 0.125}}, 29}});
  CHECK(read_text(folder.path() / "metrics.csv") == "epoch,step,test_loss,val_loss\n0,9,,0.5\n1,1,,\n,29,,0.25\n,29,0.125,\n");
}

TEST_CASE("the logger writes rows and hparams.yaml, and a later stage adds rows") {
  const TempFolder folder;
  RecordingLog log;
  {
    CSVLogger logger({}, {folder.path(), false, {}, log});
    logger.log_hyper_parameters(pipeline::Value(pipeline::Value::Map{{"lr", 1e-5}}));
    logger.log_scalars(std::array{Pair("train_loss", 0.5)}, 0);
    logger.flush();
    CHECK(read_text(folder.path() / "metrics.csv") == "step,train_loss\n0,0.5\n");
    logger.log_scalars(std::array{Pair("train_loss", 0.25)}, 1);
    logger.finish(true);
  }
  CSVLogger later({.prefix = "final"}, {folder.path(), true, {}, log});
  later.log_final_metrics(std::array{Pair("test_mse", 0.125)}, 1);
  later.finish(true);
  CHECK(read_text(folder.path() / "metrics.csv") == "final-test_mse,step,train_loss\n,0,0.5\n,1,0.25\n0.125,1,\n");
  CHECK(read_text(folder.path() / "hparams.yaml") == "lr: 1.0e-05\n");
  CHECK(log.warnings().empty());
}

TEST_CASE("a folder that cannot be written causes one warning, but does not end the training") {
  const TempFolder folder;
  RecordingLog log;
  CSVLogger logger({}, {folder.path() / "gone", false, {}, log});
  logger.log_scalars(std::array{Pair("train_loss", 0.5)}, 0);
  logger.flush();
  logger.log_scalars(std::array{Pair("train_loss", 0.5)}, 1);
  logger.finish(true);
  REQUIRE(log.warnings().size() == 1);
  CHECK(log.warnings()[0].find("No such file or directory") != std::string::npos);
}

#include "model_checkpoint/file_name.h"

#include <doctest/doctest.h>

#include <limits>

#include "pipeline/errors.h"

using pipeline::callbacks::model_checkpoint::FileNamePattern;
using pipeline::callbacks::model_checkpoint::NamedValue;

namespace {

std::string filled(const std::string& pattern, const std::map<std::string, NamedValue>& metrics, bool insert = true) {
  return FileNamePattern(pattern, insert).fill(metrics);
}

}  // namespace

TEST_CASE("a pattern recognises the names that it may give") {
  const FileNamePattern pattern("LSTM-{epoch:02d}-{val_loss:.4f}", true), bare("{epoch}", false);
  CHECK(pattern.matches("LSTM-epoch=02-val_loss=0.1234"));
  CHECK(pattern.matches("LSTM-epoch=02-val_loss=0.1234-v1"));
  CHECK_FALSE(pattern.matches("mine"));
  CHECK_FALSE(pattern.matches("my-LSTM-epoch=02-val_loss=0.1"));
  CHECK(bare.matches("7"));
}

// The expected names come from Lightning 2.6's ModelCheckpoint.format_checkpoint_name with float64 metrics.
TEST_CASE("names are filled in as Lightning fills them in") {
  const std::map<std::string, NamedValue> metrics{
      {"epoch", {2, true}}, {"step", {1200, true}}, {"val_loss", {0.12341, false}}, {"val/loss", {0.5, false}}, {"lr", {1e-5, false}}};
  CHECK(filled("LSTMModel-{epoch:02d}-{val_loss:.4f}", metrics) == "LSTMModel-epoch=02-val_loss=0.1234");
  CHECK(filled("", metrics) == "epoch=2-step=1200");
  CHECK(filled("{epoch:03d}", metrics) == "epoch=002");
  CHECK(filled("{val_loss}", metrics) == "val_loss=0.12341");
  CHECK(filled("{lr}", metrics) == "lr=1e-05");
  CHECK(filled("{lr:.2e}-{lr:g}-{epoch:.1f}", metrics) == "lr=1.00e-05-lr=1e-05-epoch=2.0");
  CHECK(filled("{val_loss:08.2f}|{val_loss:8.2f}|{val_loss:+.1f}", metrics, false) == "00000.12|    0.12|+0.1");
  CHECK(filled("epoch={epoch}-loss={val/loss:.2f}", metrics, false) == "epoch=2-loss=0.50");
  CHECK(filled("{val/loss:.2f}", metrics) == "val/loss=0.50");
  CHECK(filled("plain", metrics) == "plain");
  CHECK(filled("{epoch}-{epoch}", metrics) == "epoch=2-epoch=2");
}

TEST_CASE("a missing metric is 0") {
  CHECK(filled("{missing:d}", {}) == "missing=0");
  CHECK(filled("{missing:.2f}", {}) == "missing=0.00");
  CHECK(filled("{missing}", {}) == "missing=0");
}

TEST_CASE("numbers look as Python prints them") {
  const auto print = [](double value, const std::string& spec = "") { return filled("{x" + spec + "}", {{"x", {value, false}}}, false); };
  CHECK(print(1.0) == "1.0");
  CHECK(print(1e16) == "1e+16");
  CHECK(print(123456789.0) == "123456789.0");
  CHECK(print(0.0001) == "0.0001");
  CHECK(print(std::numeric_limits<double>::quiet_NaN(), ":.2f") == "nan");
  CHECK(print(std::numeric_limits<double>::infinity(), ":.2f") == "inf");
  CHECK(print(-1.5, ":06.1f") == "-001.5");
  CHECK(print(2.5, ":f") == "2.500000");
}

TEST_CASE("a pattern that cannot be filled in is refused with the reason") {
  const auto refused = [](const std::string& pattern) -> std::string {
    try {
      FileNamePattern(pattern, true);
    } catch (const pipeline::Error& error) {
      return error.what();
    }
    return "";
  };
  CHECK(refused("{epoch") ==
        "ModelCheckpoint: filename \"{epoch\": a { without its }; write it as in \"LSTMModel-{epoch:02d}-{val_loss:.4f}\"");
  CHECK(refused("epoch}").find("a } without its {") != std::string::npos);
  CHECK(refused("{a{b}}").find("a { without its }") != std::string::npos);
  CHECK(refused("{}").find("without the name of a metric") != std::string::npos);
  CHECK(refused("{x:.f}").find("a precision is missing in \".f\"") != std::string::npos);
  CHECK(refused("{x:.3}").find("needs one of f, e, g behind it") != std::string::npos);
  CHECK(refused("{x:q}").find("\"q\" is not a width") != std::string::npos);
  CHECK(refused("{x:999d}").find("at most 64") != std::string::npos);
}

#include <doctest/doctest.h>

#include <cmath>

#include "workflows/workflow_fixture.h"

using namespace pipeline;

namespace {

/// The hours [first, last) of a wave, with a heading.
std::string part(int first, int last) {
  std::string text = "time,load\n";
  for (int row = first; row < last; ++row) {
    char line[64];
    std::snprintf(line, sizeof line, "2024-01-%02d %02d:00,%.3f\n", 1 + row / 24, row % 24, 10 + std::sin(row * 0.26));
    text += line;
  }
  return text;
}

struct DataFiles : WorkflowFixture {
  DataFiles() {
    write("part-1.csv", part(0, 100));
    write("part-2.csv", part(100, 200));
    write("part-10.csv", part(200, 300));
  }
  Finished prepare(const std::string& source, const std::string& more = {}) const {
    write("w.toml", "name = \"w\"\nthreads = 1\n[stages.preprocess]\nsource = " + source +
                        "\ntime_column = \"time\"\nfeatures = [\"load\"]\ntarget = [\"load\"]\n" + more);
    return pipeline({"run", "w.toml"});
  }
};

}  // namespace

TEST_CASE_FIXTURE(DataFiles, "a list of files and a pattern are one table") {
  const Finished list = prepare(R"(["part-1.csv", "part-2.csv", "part-10.csv"])");
  REQUIRE_MESSAGE(list.status == 0, list.err);
  CHECK(contains(list.err, "300 rows x 1 columns of "));
  CHECK(contains(list.err, "time 2024-01-01 to 2024-01-13 11:00:00, step 1h, 0 gaps"));
  const std::string rows = read("runs/w/preprocess/targets.npy");
  const Finished pattern = prepare("\"part-*.csv\"");
  REQUIRE_MESSAGE(pattern.status == 0, pattern.err);
  CHECK_MESSAGE(contains(pattern.err, "up to date"), pattern.err);
  write("whole.csv", part(0, 300));
  REQUIRE(prepare("\"whole.csv\"").status == 0);
  CHECK(read("runs/w/preprocess/targets.npy") == rows);
}

TEST_CASE_FIXTURE(DataFiles, "what is up to date depends on each file") {
  REQUIRE(prepare("\"part-*.csv\"").status == 0);
  CHECK(contains(prepare("\"part-*.csv\"").err, "up to date"));
  std::string changed = part(100, 200);
  changed.replace(changed.size() - 2, 1, changed[changed.size() - 2] == '7' ? "8" : "7");
  write("part-2.csv", changed);
  const Finished again = prepare("\"part-*.csv\"");
  REQUIRE_MESSAGE(again.status == 0, again.err);
  CHECK_MESSAGE(contains(again.err, "the file of source.1 changed"), again.err);
  write("part-11.csv", part(300, 310));
  const Finished more = prepare("\"part-*.csv\"");
  REQUIRE_MESSAGE(more.status == 0, more.err);
  CHECK(contains(more.err, "310 rows x 1 columns of "));
}

TEST_CASE_FIXTURE(DataFiles, "places name the file") {
  write("part-2.csv", part(100, 150) + "2024-01-07 06:00,x\n");
  CHECK(contains(prepare("\"part-*.csv\"").err, "part-2.csv:52: column \"load\": \"x\" is not a number"));
  write("part-2.csv", "time,lood\n2024-01-05 04:00,3\n");
  const Finished other = prepare("\"part-*.csv\"");
  CHECK(other.status == 2);
  CHECK(contains(other.err, "w.toml:4:10: "));
  CHECK(contains(other.err, "part-2.csv: column 2 is \"lood\", and \"load\" in "));
  CHECK(contains(other.err, "part-1.csv; files of one source must have the same heading"));
  CHECK(contains(prepare("\"lost-*.csv\"").err, "w.toml:4:10: source: no file matches lost-*.csv in "));
  CHECK(contains(prepare(R"(["part-1.csv", "part-1.csv"])").err, "w.toml:4:25: source: names a file twice: "));
  CHECK(contains(prepare("[]").err, "source is empty: give at least one"));
}

TEST_CASE_FIXTURE(DataFiles, "blanks between cells, old line ends, another encoding, no heading") {
  std::string blanks = part(0, 200), old = blanks;
  for (char& c : old) c = c == '\n' ? '\r' : c;
  std::string text = "day        hour  load\n";
  for (int row = 0; row < 200; ++row) {
    char line[64];
    std::snprintf(line, sizeof line, "2024-01-%02d %5d %9.3f\n", 1 + row / 24, row % 24, 10 + std::sin(row * 0.26));
    text += line;
  }
  write("data.csv", text);
  const auto begun = [&] {
    const Finished made = pipeline({"new-workflow", "data.csv", "--output", "made.toml", "--force"});
    REQUIRE_MESSAGE(made.status == 0, made.err);
    const Finished run = pipeline({"run", "made.toml", "--set", "trainer.max_epochs=1", "--until", "evaluate"});
    CHECK_MESSAGE(run.status == 0, run.err, read("made.toml"));
    return made.out + read("made.toml");
  };
  CHECK(contains(begun(), "delimiter = \" \"\n"));
  write("data.csv", old);
  CHECK(contains(begun(), "200 rows"));
  write("data.csv", "time,W\xe4rme\n" + part(0, 200).substr(10));
  const std::string latin = begun();
  CHECK(contains(latin, "encoding = \"windows-1252\"\n"));
  CHECK(contains(latin, "target = [\"W\u00e4rme\"]"));
  write("data.csv", part(0, 200).substr(10));
  const std::string bare = begun();
  CHECK(contains(bare, "  header: no line names the columns; they are called 1, 2, ...\n"));
  CHECK(contains(bare, "header = false\n"));
  CHECK(contains(bare, "200 rows"));
  CHECK(contains(bare, "target = [\"2\"]"));
}

TEST_CASE_FIXTURE(DataFiles, "numbers in the first line are names, a row, or a question") {
  std::string named = "0,1,2\n", whole = "5,3\n";
  for (int row = 0; row < 100; ++row) {
    char line[64];
    std::snprintf(line, sizeof line, "%.4f,%.4f,%.4f\n", std::sin(row * 0.3), std::cos(row * 0.2), row % 7 * 0.11);
    named += line;
    whole += std::to_string(row * 7 % 11) + "," + std::to_string(row * 5 % 13) + "\n";
  }
  write("data.csv", named);
  const Finished made = pipeline({"new-workflow", "data.csv"});
  REQUIRE_MESSAGE(made.status == 0, made.err);
  CHECK(contains(made.out, "header: the numbers of the first line name the columns; if they are data, say --no-header"));
  CHECK(contains(read("data.toml"), "100 rows; relative"));
  CHECK(contains(read("data.toml"), "features = [\"0\", \"1\", \"2\"]"));
  write("data.csv", whole);
  const Finished question = pipeline({"new-workflow", "data.csv", "--force"});
  CHECK(question.status == 4);
  CHECK(contains(question.err,
                 "data.csv:1: the first line holds numbers (5): if it is data, say --no-header, which names the columns 1, 2, ...; if "
                 "not, add a line before it that names the columns"));
  REQUIRE(pipeline({"new-workflow", "data.csv", "--force", "--no-header"}).status == 0);
  CHECK(contains(read("data.toml"), "101 rows; relative"));
  write("data.csv", "a,b\n" + whole);
  REQUIRE(pipeline({"new-workflow", "data.csv", "--force"}).status == 0);
  CHECK(contains(read("data.toml"), "101 rows; relative"));
}

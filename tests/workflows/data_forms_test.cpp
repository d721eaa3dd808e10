#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <numeric>
#include <regex>

#include "workflows/workflow_fixture.h"

using namespace pipeline;

namespace {

constexpr int rows = 150;

std::string day(int row) {
  constexpr int days[] = {31, 28, 31, 30, 31};
  int month = 0;
  for (; row >= days[month]; ++month) row -= days[month];
  char text[32];
  std::snprintf(text, sizeof text, "2023-%02d-%02d", month + 1, row + 1);
  return text;
}

std::string fixed(double value, const char* form = "%.2f") {
  char text[32];
  std::snprintf(text, sizeof text, form, value);
  return text;
}

/// The truth: what stands in the file with two decimals.
std::vector<double> series() {
  std::vector<double> values;
  for (int row = 0; row < rows; ++row) values.push_back(std::stod(fixed(415 + 3 * std::sin(row * 0.3) + row % 7 * 0.1)));
  return values;
}

std::string table(const std::function<std::string(int)>& line, int count = rows) {
  std::string text;
  for (int row = 0; row < count; ++row) text += line(row) + "\n";
  return text;
}

const std::vector<double> co2 = series();
const std::string plain_rows = table([](int row) { return day(row) + "," + fixed(co2[static_cast<std::size_t>(row)]); });

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
  return text;
}

/// The options that a sentence tells to write, each on a line of its own.
std::string cures(const std::string& sentence) {
  const std::regex assignment(
      R"re(\b(comment|skip_rows|skip_after_header|delimiter|header|encoding|thousands|decimal|censored|na_values) = ("[^"]*"|\[[^\]]*\]|\{[^}]*\}|[a-z0-9]+))re");
  std::string lines;
  for (std::sregex_iterator at(sentence.begin(), sentence.end(), assignment), end; at != end; ++at) {
    const std::string name = (*at)[1];
    if (lines.find(name + " = ") == std::string::npos) lines += at->str() + "\n";
  }
  return lines;
}

struct DataForms : WorkflowFixture {
  /// Prepares the column `target` of data.csv, or of the sources that `options` name.
  Finished prepare(const std::string& options, const std::string& target = "co2", const std::string& time = "date") const {
    write("w.toml", "name = \"w\"\nthreads = 1\n[stages.preprocess]\n" +
                        std::string(contains(options, "source = ") ? "" : "source = \"data.csv\"\n") +
                        (time.empty() ? "" : "time_column = \"" + time + "\"\n") + "features = [\"" + target + "\"]\ntarget = [\"" +
                        target + "\"]\nscaler = \"none\"\n" + options);
    return pipeline({"run", "w.toml"});
  }
  /// The numbers of the target that were read.
  [[nodiscard]] std::vector<double> targets(const std::string& folder = "runs/w") const {
    const std::string bytes = read(folder + "/preprocess/targets.npy");
    const std::size_t header = 10 + static_cast<unsigned char>(bytes.at(8)) + 256UL * static_cast<unsigned char>(bytes.at(9));
    std::vector<double> values((bytes.size() - header) / sizeof(double));
    std::memcpy(values.data(), bytes.data() + header, values.size() * sizeof(double));
    return values;
  }
  /// Checks that data.csv is read with the options as the truth.
  void reads(const std::string& options, const std::vector<double>& truth = co2, const std::string& target = "co2") const {
    const Finished done = prepare(options, target);
    REQUIRE_MESSAGE(done.status == 0, done.err, options);
    CHECK_MESSAGE(targets() == truth, options);
  }
  /// Checks the sentence about data.csv, and that the options in it mend what it says.
  void refuses(const std::string& sentence, const std::string& options = {}, const std::vector<double>& truth = co2,
               const std::string& target = "co2") const {
    const Finished done = prepare(options, target);
    CHECK((done.status == 2 || done.status == 4));
    REQUIRE_MESSAGE(contains(done.err, sentence), done.err);
    const std::string cure = cures(done.err);
    REQUIRE_MESSAGE(!cure.empty(), done.err);
    reads(cure + options, truth, target);
  }
  /// A workflow that new-workflow writes for data.csv, after it ran.
  [[nodiscard]] std::string begun(const std::vector<std::string>& flags = {}) const {
    std::vector<std::string> words{"new-workflow", "data.csv", "--output", "made.toml", "--force"};
    words.insert(words.end(), flags.begin(), flags.end());
    const Finished made = pipeline(words);
    REQUIRE_MESSAGE(made.status == 0, made.err);
    const Finished run = pipeline({"run", "made.toml", "--set", "trainer.max_epochs=1", "--until", "evaluate"});
    CHECK_MESSAGE(run.status == 0, run.err, read("made.toml"));
    return made.out + read("made.toml");
  }
};

}  // namespace

TEST_CASE_FIXTURE(DataForms, "comments before the heading and among the rows") {
  write("data.csv",
        "# station: hill\n# units: ppm, dry air\n# \"flagged\ndate,co2\n" + plain_rows.substr(0, 36) + "# gap\n" + plain_rows.substr(36));
  refuses("no column \"date\" in data.csv, whose first line is one column here (write comment = \"#\"?)");
  const std::string made = begun();
  CHECK(contains(made, "  comment: lines that begin with \"#\" are left out\n"));
  CHECK(contains(made, "comment = \"#\"\n"));
  CHECK(contains(made, "time_column = \"date\""));
}

TEST_CASE_FIXTURE(DataForms, "a report before the heading, and units below it") {
  write("data.csv", "Report,\n\nOf 2023; page 1\ndate,co2\n" + plain_rows);
  refuses("(write skip_rows = 3?)");
  CHECK(contains(begun(), "  skip_rows: the heading stands in line 4, the lines before it are left out\n"));

  write("data.csv", "date,co2\nTS,ppm\n" + plain_rows);
  refuses(
      "data.csv:2: column \"co2\": \"ppm\" is not a number; the line below the heading holds no data, but units and the like: write "
      "skip_after_header = 1");
  write("data.csv", "date,co2\nTS,\n" + plain_rows);
  refuses(
      "data.csv:2: \"TS\" is no time: it is neither ISO 8601 nor epoch seconds; the line below the heading holds no data, but units and "
      "the like: write skip_after_header = 1");
  write("data.csv", "date,co2\nTS,ppm\n" + plain_rows);
  const std::string made = begun();
  CHECK(contains(made, "  skip_after_header: the line below the heading (TS, ppm) holds no data\n"));
  CHECK(contains(made, "time_column = \"date\""));
  CHECK_FALSE(contains(made, "na_values"));

  write("data.csv", "\"TOA5\",\"site\",\"24006\"\n\"date\",\"co2\"\n\"TS\",\"ppm\"\n\"\",\"Avg\"\n" + plain_rows);
  CHECK(contains(begun(), "skip_rows = 1\nskip_after_header = 2\n"));
  CHECK(targets("runs/data") == co2);
  CHECK(contains(prepare("skip_rows = 900\n").err, "data.csv has nothing below the first 154 lines; skip_rows = 900 skips too many"));
}

TEST_CASE_FIXTURE(DataForms, "rows of nothing but delimiters are told and left out, also by predict") {
  const std::string some = replaced(plain_rows, "\n2023-02-01", "\n,,,\n\"\",\" \"\n2023-02-01");
  write("data.csv", "date,co2,,\n" + some + ",,,\n,\n;,\n");
  CHECK(contains(prepare("").err, "data.csv:156: \";\" is no time"));
  write("data.csv", "date,co2,,\n" + some + ",,,\n,\n");
  CHECK(contains(prepare("").err, "skipped 4 lines of nothing but delimiters\n"));
  CHECK(targets() == co2);
  CHECK(contains(begun(), "time_column = \"date\""));
  REQUIRE(pipeline({"run", "made.toml", "--set", "trainer.max_epochs=1"}).status == 0);
  const std::string checkpoint = json("runs/data/train/train.json").at("best").as_string();
  const Finished with = pipeline({"predict", "--checkpoint", checkpoint, "--input", "data.csv"});
  REQUIRE_MESSAGE(with.status == 0, with.err);
  write("plain.csv", "date,co2\n" + plain_rows);
  CHECK(pipeline({"predict", "--checkpoint", checkpoint, "--input", "plain.csv"}).out == with.out);
}

TEST_CASE_FIXTURE(DataForms, "a heading that lacks a name is named as the fault") {
  write("data.csv", "date,co2\n" + replaced(plain_rows, "\n", ",-1\n"));
  const std::string fault =
      "data.csv:2: the line has 3 cells where the header names 2 columns, as all rows do: the heading lacks a name, add it";
  CHECK(contains(prepare("").err, fault));
  CHECK(contains(pipeline({"new-workflow", "data.csv"}).err, fault));
  write("data.csv", "date,co2,n\n" + replaced(plain_rows, "\n", ",-1\n"));
  reads("");
}

TEST_CASE_FIXTURE(DataForms, "thousands are neither decimals nor missing values") {
  std::vector<double> units;
  for (int row = 0; row < rows; ++row) units.push_back(row % 4 == 0 ? 612 + row : 1204 + 37 * row);
  const auto text = [&](int row) {
    const int unit = static_cast<int>(units[static_cast<std::size_t>(row)]);
    return unit < 1000 ? std::to_string(unit) : std::to_string(unit / 1000) + "," + fixed(unit % 1000, "%03.0f");
  };
  write("data.csv", "day;units\n" + table([&](int row) { return day(row) + ";" + text(row); }));
  const Finished both = prepare("delimiter = \";\"\n", "units", "day");
  CHECK(contains(
      both.err,
      "\"1,241\" is not a number; if \",\" parts thousands, write thousands = \",\"; if \",\" is the decimal sign, write decimal = \",\""));
  REQUIRE(prepare("delimiter = \";\"\nthousands = \",\"\n", "units", "day").status == 0);
  CHECK(targets() == units);
  const std::string made = begun();
  CHECK(contains(made, "  thousands: \"1,241\" is 1241; if \",\" is the decimal sign, write decimal = \",\" and no thousands\n"));
  CHECK(targets("runs/data") == units);

  write("data.csv", "date,co2\n" + table([&](int row) { return day(row) + ",\"" + text(row) + "\""; }));
  refuses("\"1,241\" is not a number; if \",\" parts thousands, write thousands = \",\"", "", units);
  CHECK_FALSE(contains(prepare("").err, "decimal"));
  CHECK(contains(begun(), "thousands = \",\"\n"));

  write("data.csv",
        "date,co2\n" + table([&](int row) { return day(row) + "," + (row == 0 ? "\"4,042,688\"" : fixed(4e6 + row, "%.4f")); }));
  const std::string one = begun();
  CHECK_FALSE(contains(one, "na_values"));
  CHECK(targets("runs/data").front() == 4042688);
  CHECK(contains(prepare("thousands = \",\"\ndecimal = \",\"\ndelimiter = \";\"\n").err, "cannot be the decimal sign too"));
}

TEST_CASE_FIXTURE(DataForms, "prices, per cents and magnitudes of a download") {
  std::string text = "date,price,vol,change\n";
  double price_sum = 0, volume_sum = 0, change_sum = 0;
  for (int row = 0; row < rows; ++row) {
    const double price = 1000 + row * 1.25 + row % 3, volume = 0.8 + row % 9 * 0.1, change = row % 7 * 0.1 - 0.3;
    price_sum += price, volume_sum += std::round(volume * 100) * 1e4, change_sum += std::stod(fixed(change));
    const std::string digits = fixed(price);
    text += day(row) + ",\"$" + digits.substr(0, 1) + "," + digits.substr(1) + "\"," + fixed(volume) + "M," + fixed(change) + "%\n";
  }
  write("data.csv", text);
  const std::string made = begun({"--target", "vol"});
  CHECK(contains(made, "  vol: \"0.80M\" is 800000\n"));
  CHECK(contains(made, "  change: \"-0.30%\" is -0.3\n"));
  const std::vector<double> volumes = targets("runs/data");
  CHECK(std::accumulate(volumes.begin(), volumes.end(), 0.0) == doctest::Approx(volume_sum).epsilon(1e-12));
  const auto sum_of = [&](const std::string& column) {
    REQUIRE(prepare("thousands = \",\"\n", column).status == 0);
    const std::vector<double> values = targets();
    return std::accumulate(values.begin(), values.end(), 0.0);
  };
  CHECK(sum_of("price") == doctest::Approx(price_sum).epsilon(1e-12));
  CHECK(sum_of("change") == doctest::Approx(change_sum).epsilon(1e-12));
  write("data.csv", replaced(text, "0.00%\n", "0.04\n"));
  CHECK(
      contains(prepare("", "change").err, "column \"change\": this cell has no %, and those before have one; write a column in one unit"));
}

TEST_CASE_FIXTURE(DataForms, "a censored value is neither missing nor nothing") {
  std::vector<double> half = co2, zero = co2;
  std::string text = "date,co2\n";
  for (int row = 0; row < rows; ++row) {
    const bool small = row % 10 == 3;
    const auto at = static_cast<std::size_t>(row);
    if (small) half[at] = 0.5, zero[at] = 0;
    text += day(row) + "," + (small ? "<1" : fixed(co2[at])) + "\n";
  }
  write("data.csv", text);
  refuses(
      "\"<1\" is not a number; say what such a value stands for: censored = \"half\" (of the limit), \"limit\", \"zero\" or \"missing\"",
      "", half);
  reads("censored = \"zero\"\n", zero);
  CHECK(contains(prepare("censored = \"missing\"\nmissing = \"forward_fill\"\n").err, "missing values: co2 15; filled"));
  const std::string made = begun();
  CHECK(contains(made, "  censored: \"<1\" is 0.5, half of the limit, in 15 cells; or \"limit\", \"zero\", \"missing\"\n"));
  CHECK_FALSE(contains(made, "na_values"));
}

TEST_CASE_FIXTURE(DataForms, "a mark of missing values in one column is a number in another") {
  std::string text = "date,gust,pressure\n";
  for (int row = 0; row < rows; ++row)
    text += day(row) + "," + (row % 6 == 5 ? "999.9" : fixed(20 + row % 13)) + "," +
            (row % 50 == 7   ? "9999.9"
             : row % 50 == 9 ? "999.9"
                             : fixed(1000 + row % 11 * 0.5)) +
            "\n";
  write("data.csv", text);
  CHECK(contains(prepare("na_values = { pressure = [9999.9] }\nmissing = \"forward_fill\"\n", "pressure").err,
                 "missing values: pressure 3; filled"));
  CHECK(
      contains(prepare("na_values = [999.9, 9999.9]\nmissing = \"forward_fill\"\n", "pressure").err, "missing values: pressure 6; filled"));
  CHECK(contains(prepare("na_values = { presure = [1] }\n", "pressure").err,
                 "no column \"presure\" in data.csv; did you mean \"pressure\"?"));
  CHECK(contains(prepare("na_values = { gust = [1] }\n", "pressure").err,
                 "na_values names \"gust\", which is neither a feature nor a target"));
  const std::string made = begun();
  CHECK(contains(made, "na_values = { gust = [999.9], pressure = [9999.9] }"));
  CHECK(contains(made,
                 "  missing: 999.9 of gust, in 25 cells, far outside the other numbers; if it was measured, remove it from na_values\n"));
  CHECK(contains(made, "target = [\"pressure\"]"));
}

TEST_CASE_FIXTURE(DataForms, "a word that means missing is told, in pandas' words and others") {
  write("data.csv", "date,co2\n" + table([](int row) {
                      return day(row) + "," + (row % 20 == 4 ? "-" : row % 20 == 9 ? "N/A" : fixed(co2[static_cast<std::size_t>(row)]));
                    }));
  const std::string made = begun();
  CHECK(contains(made, "  missing: \"-\" of co2, in 8 cells\n"));
  CHECK(contains(made, "na_values = [\"-\"]"));
  const Finished done = prepare("missing = \"forward_fill\"\n");
  CHECK(contains(done.err,
                 "data.csv:6: column \"co2\": \"-\" is not a number; if the cells are words, add \"co2\" to categories; if it means "
                 "\"missing\", write na_values = [\"-\"]"));
  CHECK(contains(prepare(cures(done.err) + "missing = \"forward_fill\"\n").err, "missing values: co2 16; filled"));
  write("data.csv", "date,co2\n" + replaced(plain_rows, "415.", "415 kg "));
  CHECK(contains(pipeline({"new-workflow", "data.csv", "--output", "x.toml"}).err, "co2: it holds words beside numbers (415 kg "));
}

TEST_CASE_FIXTURE(DataForms, "the cure of a delimiter, a decimal sign, an encoding and a lack of names") {
  const std::string semicolons = "date;co2\n" + replaced(plain_rows, ",", ";");
  write("data.csv", semicolons);
  refuses("no column \"date\" in data.csv, whose first line is one column here (write delimiter = \";\"?)");
  write("data.csv", "Report\n\n" + semicolons);
  refuses("(write delimiter = \";\" and skip_rows = 2?)");
  write("data.csv", replaced(semicolons, ".", ","));
  refuses("\"415,00\" is not a number; if \",\" is the decimal sign, write decimal = \",\"", "delimiter = \";\"\n");
  write("data.csv", "date   co2\n" + replaced(plain_rows, ",", "    "));
  refuses("(write delimiter = \" \"?)");

  std::string wide = "\xff\xfe";
  for (const char c : "date,co2\n" + plain_rows) wide += {c, '\0'};
  write("data.csv", wide);
  refuses("data.csv is UTF-16 text; write encoding = \"utf-16\"");
  CHECK(contains(begun(), "encoding = \"utf-16\"\n"));
  CHECK(targets("runs/data") == co2);

  write("data.csv", "co2\n" + table([](int row) { return replaced(fixed(co2[static_cast<std::size_t>(row)]), ".", ","); }));
  std::string options;
  for (const char* sentence : {"the line has 2 cells where the header names 1 columns; write delimiter = \";\"", "write decimal = \",\""}) {
    const Finished refused = prepare(options, "co2", "");
    REQUIRE_MESSAGE(contains(refused.err, sentence), refused.err);
    options += cures(refused.err);
  }
  REQUIRE(prepare(options, "co2", "").status == 0);
  CHECK(targets() == co2);
  CHECK(contains(begun(), "decimal = \",\"\n"));

  write("data.csv", plain_rows);
  const Finished nameless = prepare("", "2", "1");
  REQUIRE_MESSAGE(contains(nameless.err, "no column \"2\" in data.csv (write header = false?)"), nameless.err);
  REQUIRE(prepare(cures(nameless.err), "2", "1").status == 0);
  CHECK(targets() == co2);
}

TEST_CASE_FIXTURE(DataForms, "predict reads more data in the form of the training") {
  const auto text = [](int row) {
    return day(row) + ",\"" + fixed(1000 + row % 7, "%.0f").insert(1, ",") + "\"," + (row % 40 == 9 ? "<1" : "5");
  };
  write("data.csv", "Report\n# note\ndate,units,co2\nUTC,pieces,ppm\n" + table(text));
  const std::string options = "skip_rows = 1\ncomment = \"#\"\nskip_after_header = 1\nthousands = \",\"\ncensored = \"zero\"\n";
  write("w.toml",
        "name = \"w\"\nthreads = 1\n[stages.preprocess]\nsource = \"data.csv\"\ntime_column = \"date\"\nfeatures = [\"units\", \"co2\"]\n"
        "target = [\"units\"]\n" +
            options +
            "[stages.slice_windows]\nwindow = 7\nhorizon = 2\n[model]\ntype = \"LinearModel\"\n[trainer]\n"
            "max_epochs = 1\n[[callbacks]]\ntype = \"ModelCheckpoint\"\nmonitor = \"val_loss\"\n[stages.train]\n");
  const Finished trained = pipeline({"run", "w.toml"});
  REQUIRE_MESSAGE(trained.status == 0, trained.err);
  const std::string checkpoint = json("runs/w/train/train.json").at("best").as_string();
  const Finished told = pipeline({"predict", "--checkpoint", checkpoint, "--input", "data.csv"});
  REQUIRE_MESSAGE(told.status == 0, told.err);
  CHECK(contains(told.out, "2023-05-30,2023-05-31,1,"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a column of words is told from one with a word that means missing, and read so") {
  std::string csv = "time,load,heat\n";
  for (int row = 0; row < 400; ++row) {
    char line[96];
    std::snprintf(line, sizeof(line), "2024-01-%02d %02d:00:00,%d,%s\n", 1 + row / 24, row % 24, row % 24,
                  row % 3 == 0 ? "north" : "south");
    csv += line;
  }
  write("small.csv", csv);
  workflow("[stages.baselines]\nmodels = [\"Naive\"]\n[stages.evaluate]\n");
  const Finished refused = run();
  CHECK(refused.status == 4);
  CHECK_MESSAGE(contains(refused.err,
                         "column \"heat\": \"north\" is not a number; if the cells are words, add \"heat\" to categories; if it "
                         "means \"missing\", write na_values = [\"north\"]"),
                refused.err);
  const Finished cured = run({"--set", "stages.preprocess.categories=[\"heat\"]"});
  CHECK_MESSAGE(cured.status == 0, cured.err);
}

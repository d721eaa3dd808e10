#include "template.h"

#include <doctest/doctest.h>

#include "pipeline/errors.h"
#include "text.h"

using namespace pipeline;
using namespace pipeline::stage::visualize;

TEST_CASE("a template escapes values, repeats lists and leaves out absent values") {
  const Value values(Value::Map{{"name", "<b>"},
                                {"rows", Value::List{Value::Map{{"x", 1}}, Value::Map{{"x", 2}}}},
                                {"words", Value::List{"a", "b"}},
                                {"yes", true},
                                {"no", ""}});
  CHECK(fill_template("{{name}} {{{name}}} {{missing}}.", values) == "&lt;b&gt; <b> .");
  CHECK(fill_template("{{#rows}}{{x}}{{name}};{{/rows}}", values) == "1&lt;b&gt;;2&lt;b&gt;;");
  CHECK(fill_template("{{#words}}[{{.}}]{{/words}}", values) == "[a][b]");
  CHECK(fill_template("{{#yes}}1{{/yes}}{{#no}}2{{/no}}{{^no}}3{{/no}}{{#none}}4{{/none}}", values) == "13");
}

TEST_CASE("a template with a section that is not closed is refused by name") {
  CHECK_THROWS_WITH_AS(fill_template("{{#rows}}", Value(Value::Map{})), doctest::Contains("rows"), Error);
  CHECK_THROWS_AS(fill_template("{{name", Value(Value::Map{})), Error);
}

TEST_CASE("no text can end the script element it stands in") {
  CHECK(escape_json_for_script(R"("</script>")") == R"("\u003c/script>")");
  CHECK(escape_code_for_script("x = '</script>'") == "x = '<\\/script>'");
}

TEST_CASE("a column's name becomes part of a file name, and names beyond ASCII stay apart") {
  CHECK(file_name_part("a/b °C.x") == "a_b_°C.x");
  CHECK(file_name_part("\xB0/x") == "__x");
  CHECK(file_name_part("温度") != file_name_part("湿度"));
  CHECK(file_name_part(std::string(119, 'a') + "°C").size() == 119);
}

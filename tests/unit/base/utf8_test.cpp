#include "pipeline/data/utf8.h"

#include <doctest/doctest.h>

using namespace pipeline;

TEST_CASE("bytes that are no UTF-8 become question marks, other text stays") {
  CHECK(valid_utf8("Öl °C €") == "Öl °C €");
  CHECK(valid_utf8("\xB0"
                   "C \xC3") == "?C ?");
  CHECK(valid_utf8("\xED\xA0\x80") == "???");  // half of a surrogate pair
  CHECK(valid_utf8("\xC0\x80") == "??");       // longer than it has to be
  CHECK(escape_html("a<&>\"'\xB0") == "a&lt;&amp;&gt;&quot;&#39;?");
}

TEST_CASE("characters are counted, not bytes") {
  CHECK(character_count("") == 0);
  CHECK(character_count("a°€😀") == 4);
  CHECK(character_length("€b") == 3);
  CHECK(character_length("b") == 1);
  CHECK(character_length("\x82") == 0);
}

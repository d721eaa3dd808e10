# PIPELINE_PLOTLY_JS: the plotly.min.js inlined into reports, from pip's plotly package.
file(GLOB plotly_candidates ${PROJECT_SOURCE_DIR}/.deps/venv/lib/python3*/site-packages/plotly/package_data/plotly.min.js)
# The path found is not cached: the environment may move or be recreated, so the next configuration searches again.
set(PIPELINE_PLOTLY_JS "" CACHE FILEPATH "plotly.min.js, inlined into reports; empty: that of .deps/venv")
if(NOT PIPELINE_PLOTLY_JS AND plotly_candidates)
  list(GET plotly_candidates 0 PIPELINE_PLOTLY_JS)
endif()
if(NOT EXISTS "${PIPELINE_PLOTLY_JS}")
  set(place "")
  if(PIPELINE_PLOTLY_JS)
    set(place " at ${PIPELINE_PLOTLY_JS}")
  endif()
  message(FATAL_ERROR "plotly.min.js is missing${place}: run `./dev setup`, or `pip install plotly` and pass "
                      "-DPIPELINE_PLOTLY_JS=<site-packages>/plotly/package_data/plotly.min.js")
endif()

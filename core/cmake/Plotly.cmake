# PIPELINE_PLOTLY_JS: the plotly.min.js that reports carry, out of pip's plotly package.
file(GLOB plotly_candidates ${PROJECT_SOURCE_DIR}/.deps/venv/lib/python3*/site-packages/plotly/package_data/plotly.min.js)
# What is found is no cache entry: the environment may move or be made anew, and the next configuration looks again.
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

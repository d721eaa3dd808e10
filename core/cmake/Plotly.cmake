# PIPELINE_PLOTLY_JS: the plotly.min.js that reports carry, out of pip's plotly package.
file(GLOB plotly_candidates ${PROJECT_SOURCE_DIR}/.deps/venv/lib/python3*/site-packages/plotly/package_data/plotly.min.js)
if(NOT PIPELINE_PLOTLY_JS AND plotly_candidates)
  list(GET plotly_candidates 0 plotly_found)
  set(PIPELINE_PLOTLY_JS ${plotly_found} CACHE FILEPATH "plotly.min.js, inlined into reports" FORCE)
endif()
if(NOT EXISTS "${PIPELINE_PLOTLY_JS}")
  set(place "")
  if(PIPELINE_PLOTLY_JS)
    set(place " at ${PIPELINE_PLOTLY_JS}")
  endif()
  message(FATAL_ERROR "plotly.min.js is missing${place}: run `./dev setup`, or `pip install plotly` and pass "
                      "-DPIPELINE_PLOTLY_JS=<site-packages>/plotly/package_data/plotly.min.js")
endif()

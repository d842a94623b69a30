# Write commit.h with the commit that is built; the file is touched only when the commit changes.
set(commit unknown)
find_program(git git)
if(git)
  execute_process(COMMAND ${git} -C ${SOURCE} describe --always --dirty --exclude * OUTPUT_VARIABLE said
                  OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    set(commit ${said})
  endif()
endif()
file(MAKE_DIRECTORY ${INTO})
file(CONFIGURE OUTPUT ${INTO}/commit.h CONTENT "#define TS_COMMIT \"${commit}\"\n")

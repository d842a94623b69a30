/* The style sheet and the script of the page: page.css and page.js beside this file, embedded by the build. */
#ifndef TS_HOST_SHEETS_H
#define TS_HOST_SHEETS_H

extern const char ts_page_style[], ts_page_script[];

#endif

@echo off
rem Double-click: opens the planner's page. The first time it installs what the project needs.
cd /d "%~dp0"
where py >nul 2>nul && (py -3 xj.py open) || (python xj.py open)
pause

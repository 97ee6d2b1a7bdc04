module drill/pods

go 1.26.0

tool (
	drill/pods/pause
	drill/pods/web
)

# Judges documents and shows what is wrong, in Windows PowerShell 5.1 and PowerShell 7.
#
#   .\Check-Documents.ps1 out\                                     by the command line, offline
#   .\Check-Documents.ps1 out\ -Server http://127.0.0.1:8000       by a server (termserver serve)
#
# Ends with 0 accepted, 1 rejected, 2 wrong usage, 3 undecided, 4 failure; over many 4 > 2 > 1 > 3 > 0.
param(
    [Parameter(Mandatory = $true)] [string] $Path,
    [string] $Server = "",
    [ValidateSet("fa", "en")] [string] $Language = "fa"
)
$ErrorActionPreference = "Stop"
[Console]::OutputEncoding = [System.Text.Encoding]::UTF8

if ($Server) {
    $reports = Get-ChildItem -Path $Path -Recurse -File | Where-Object { $_.Extension -in ".xml", ".json" } | ForEach-Object {
        $kind = if ($_.Extension -eq ".xml") { "application/xml" } else { "application/json" }
        $name = [uri]::EscapeDataString($_.Name)
        $answer = Invoke-RestMethod -Method Post -Uri "$Server/api/documents/validate?name=$name" `
            -ContentType $kind -Body ([System.IO.File]::ReadAllBytes($_.FullName))
        $answer.reports
    }
    $rank = @{ accepted = 0; undecided = 3; rejected = 1 }
    $statuses = @($reports | ForEach-Object { $rank[$_.verdict] })
    $status = if (-not $statuses) { 2 } elseif ($statuses -contains 1) { 1 } elseif ($statuses -contains 3) { 3 } else { 0 }
} else {
    $written = & termserver validate --json $Path
    $status = $LASTEXITCODE
    if (-not $written) { exit $status }
    $reports = ($written -join "`n" | ConvertFrom-Json).reports
}

foreach ($report in $reports) {
    foreach ($finding in $report.findings) {
        "{0}({1},{2}): {3} {4}: {5} [{6}]" -f $report.document, $finding.line, $finding.column, `
            $finding.severity, $finding.rule, $finding.message.$Language, $finding.path
    }
    "{0}: {1}" -f $report.document, $report.verdict
}
exit $status
